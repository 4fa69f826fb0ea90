using K4os.Hash.xxHash;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class ObjectSealTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>A run of equal bytes is packed in a way that many changes decode to the same.</summary>
    [Fact]
    public void Every_flipped_bit_is_found_even_where_it_decodes_to_the_same()
    {
        var content = new byte[3000];
        content.AsSpan(0, 100).Fill(7);
        var stored = Seal("a", content);
        var unsealed = stored[ObjectSeal.Size..];
        var withoutTrace = 0;
        for (var bit = 0; bit < stored.Length * 8; bit++)
        {
            Assert.Throws<LitestreamException>(() => Read(Flipped(stored, bit), "a"));
            if (bit < unsealed.Length * 8 && DecodesTo(content, Flipped(unsealed, bit))) withoutTrace++;
        }

        Assert.True(withoutTrace > 0, "without a seal as many are found, so this shows nothing");
    }

    [Fact]
    public void Every_shorter_and_longer_object_is_refused()
    {
        var stored = Seal("a", new byte[500]);
        for (var length = 0; length < stored.Length; length++) Assert.Throws<LitestreamException>(() => Read(stored[..length], "a"));
        Assert.Throws<LitestreamException>(() => Read([.. stored, 0], "a"));
    }

    [Fact]
    public void An_object_is_refused_under_another_name()
    {
        var stored = Seal("a", [1, 2, 3]);
        Assert.Equal([1, 2, 3], Read(stored, "a"));
        var error = Assert.Throws<LitestreamException>(() => Read(stored, "b"));
        Assert.Equal((ErrorCode.ObjectCorrupt, "b"), (error.Code, error.Target));
    }

    [Fact]
    public void An_object_without_a_seal_is_read_as_Litestream_wrote_it() => Assert.Equal([1, 2, 3], Read(Seal("a", [1, 2, 3])[ObjectSeal.Size..], "b"));

    [Theory]
    [InlineData("5C2A4D18080000000102030405060708", true)]
    [InlineData("5C2A4D1808000000010203040506070809", true)]
    [InlineData("", false)]
    [InlineData("5C2A4D", false)]
    [InlineData("5C2A4E18080000000102030405060708", false)]
    [InlineData("4C2A4D18080000000102030405060708", false)]
    [InlineData("04224D186470B9000000000000000000", false)]
    [InlineData("5C2A4D18", null)]
    [InlineData("5C2A4D180800000001020304050607", null)]
    [InlineData("502A4D18080000000102030405060708", null)]
    [InlineData("5F2A4D18080000000102030405060708", null)]
    [InlineData("5C2A4D18090000000102030405060708", null)]
    public void A_seal_is_told_from_other_skippable_frames_which_are_damaged_seals_and_from_none(string start, bool? expected)
    {
        var bytes = Convert.FromHexString(start);
        if (expected is { } isSeal) Assert.Equal(isSeal, ObjectSeal.IsAtStart(bytes));
        else Assert.Contains("seal", Assert.Throws<InvalidDataException>(() => ObjectSeal.IsAtStart(bytes)).Message, StringComparison.Ordinal);
        Assert.Equal(expected is true, ObjectSeal.IsWholeAtStart(bytes));
    }

    /// <summary>Replicas that are there already hold these bytes: they must not change.</summary>
    [Fact]
    public void A_seal_is_a_skippable_frame_with_the_digest_of_key_and_content()
    {
        var seal = new ObjectSeal("generations/a");
        seal.Add([1, 2]);
        seal.Add([3]);
        var digest = XXH64.DigestOf([.. "generations/a"u8, 1, 2, 3]);
        Assert.Equal("5C2A4D1808000000" + Convert.ToHexString(BitConverter.GetBytes(digest)), Convert.ToHexString(seal.ToBytes()));
    }

    private byte[] Seal(string key, byte[] content)
    {
        using (var file = LocalFileSystem.Instance.Open(_folder["object"], FileOpenMode.Create))
        {
            var target = new SealingStream(file, key);
            using (var encoder = Lz4Frame.Encode(target)) encoder.Write(content);
            target.Seal();
        }

        return File.ReadAllBytes(_folder["object"]);
    }

    private static byte[] Flipped(byte[] bytes, int bit)
    {
        var flipped = (byte[])bytes.Clone();
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static bool DecodesTo(byte[] content, byte[] stored)
    {
        try
        {
            return Read(stored, "a").AsSpan().SequenceEqual(content);
        }
        catch (LitestreamException)
        {
            return false;
        }
    }

    private static byte[] Read(byte[] stored, string key)
    {
        using var content = new MemoryStream();
        using (var decoded = new DecodedObjectStream(new MemoryStream(stored), key)) decoded.CopyTo(content);
        return content.ToArray();
    }
}
