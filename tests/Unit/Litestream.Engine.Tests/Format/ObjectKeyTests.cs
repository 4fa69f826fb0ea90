using Litestream.Engine.Format;
using Xunit;

namespace Litestream.Engine.Tests.Format;

public sealed class ObjectKeyTests
{
    private static readonly GenerationId s_generation = GenerationId.Parse("00000000000000af");

    [Fact]
    public void Keys_are_those_of_Litestream()
    {
        Assert.Equal("generations/00000000000000af/snapshots/0000001f.snapshot.lz4", ObjectKey.Snapshot(s_generation, 31));
        Assert.Equal("generations/00000000000000af/wal/7fffffff_000060b0.wal.lz4", ObjectKey.Segment(s_generation, new(int.MaxValue, 0x60b0)));
        Assert.Equal("generations/00000000000000af/wal/00000000_ffffffff.wal.lz4", ObjectKey.Segment(s_generation, new(0, uint.MaxValue)));
    }

    [Theory]
    [InlineData("00000000.snapshot.lz4", 0)]
    [InlineData("0000001f.snapshot.lz4", 31)]
    [InlineData("7fffffff.snapshot.lz4", int.MaxValue)]
    [InlineData("80000000.snapshot.lz4", null)]
    [InlineData("0000001F.snapshot.lz4", null)]
    [InlineData("000001f.snapshot.lz4", null)]
    [InlineData("00000001f.snapshot.lz4", null)]
    [InlineData("+000001f.snapshot.lz4", null)]
    [InlineData("0000001f.snapshot.lz4.tmp", null)]
    [InlineData("0000001f.snapshot.LZ4", null)]
    [InlineData("", null)]
    public void TryParseSnapshot_takes_exactly_the_names_of_the_format(string name, int? expected)
    {
        Assert.Equal(expected is not null, ObjectKey.TryParseSnapshot(name, out var index));
        Assert.Equal(expected ?? index, index);
    }

    [Theory]
    [InlineData("00000002_00001038.wal.lz4", 2, 0x1038L)]
    [InlineData("7fffffff_ffffffff.wal.lz4", int.MaxValue, 0xffffffffL)]
    [InlineData("80000000_00000000.wal.lz4", null, null)]
    [InlineData("00000002_000010380.wal.lz4", null, null)]
    [InlineData("00000002_0000103A.wal.lz4", null, null)]
    [InlineData("00000002-00001038.wal.lz4", null, null)]
    [InlineData("00000002.wal.lz4", null, null)]
    [InlineData("00000002_ 0001038.wal.lz4", null, null)]
    [InlineData("00000002_00001038.wal.lz4.tmp", null, null)]
    public void TryParseSegment_takes_exactly_the_names_of_the_format(string name, int? index, long? offset)
    {
        Assert.Equal(index is not null, ObjectKey.TryParseSegment(name, out var start));
        if (index is not null) Assert.Equal(new Position(index.Value, offset!.Value), start);
    }

    [Theory]
    [InlineData("0123456789abcdef", true)]
    [InlineData("ffffffffffffffff", true)]
    [InlineData("0123456789ABCDEF", false)]
    [InlineData("0123456789abcde", false)]
    [InlineData("0123456789abcdef0", false)]
    [InlineData("0x23456789abcdef", false)]
    [InlineData(null, false)]
    public void A_generation_id_is_16_lower_case_hex_digits(string? text, bool valid)
    {
        Assert.Equal(valid, GenerationId.TryParse(text, out var id));
        if (valid) Assert.Equal(text, id.ToString());
    }

    [Fact]
    public void Parse_says_what_is_no_generation_id()
    {
        Assert.Contains("'0123'", Assert.Throws<FormatException>(() => GenerationId.Parse("0123")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Positions_are_ordered_by_index_then_offset()
    {
        Position[] ordered = [new(0, 0), new(0, 4096), new(1, 0), new(1, 32), new(256, 0)];
        Assert.Equal(ordered, ordered.Reverse().Order());
        Assert.True(ordered[1] < ordered[2] && ordered[2] >= ordered[1] && ordered[1] <= ordered[1]);
        Assert.Equal("0000001f:4152", new Position(31, 4152).ToString());
    }
}
