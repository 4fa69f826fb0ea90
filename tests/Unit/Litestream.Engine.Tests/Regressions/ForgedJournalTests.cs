using System.Buffers.Binary;
using System.Security.Cryptography;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: a record of a journal that is right by its hash could name a page 0, which ended the start with an exception, or 4 billion pages, which
/// took 64 GiB.</summary>
public sealed class ForgedJournalTests : IDisposable
{
    private readonly TempFolder _folder = new();

    [Theory]
    [InlineData(0u, 2u)]
    [InlineData(3u, 2u)]
    [InlineData(2u, uint.MaxValue)]
    [InlineData(2u, 50_000_000u)]
    public void A_record_that_makes_no_sense_ends_what_is_read(uint page, uint count)
    {
        var before = Begin(isMapKnown: true);
        Forge(page, count);
        var journal = Load();
        Assert.Equal(before, journal.State);
        Assert.Equal(2u, journal.Pages!.Count);
        journal.Append(before with { BootId = "next" }, Changes(2, 1));
        Assert.Equal("next", Load().State!.BootId);
    }

    [Fact]
    public void A_map_that_can_not_have_become_so_large_is_refused()
    {
        Begin(isMapKnown: false);
        Forge(2, uint.MaxValue);
        var journal = Load();
        var error = Assert.Throws<LitestreamException>(() => journal.Adopt(new(2)));
        Assert.Equal(ErrorCode.MetadataCorrupt, error.Code);
    }

    [Theory]
    [InlineData(-1, 0L, 512)]
    [InlineData(0, -1L, 512)]
    [InlineData(0, 0L, 0)]
    [InlineData(0, 0L, 513)]
    public void A_state_with_a_head_that_no_stream_has_is_none(int index, long offset, int pageSize)
    {
        var journal = New();
        journal.Begin(State() with { Head = State().Head with { Position = new(index, offset), PageSize = pageSize } });
        Assert.Null(Load().State);
    }

    public void Dispose() => _folder.Dispose();

    private SpoolState Begin(bool isMapKnown)
    {
        var journal = New();
        journal.Begin(State());
        if (isMapKnown) journal.Adopt(new(2));
        return State();
    }

    /// <summary>Appends a record that only its hash makes one.</summary>
    private void Forge(uint page, uint count)
    {
        var record = new JournalRecord(State() with { BootId = "forged" }, null, Changes(2, 2)).ToBytes().SelectMany(b => b.ToArray()).ToArray();
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(1 + sizeof(uint)), count);
        BinaryPrimitives.WriteUInt32LittleEndian(record.AsSpan(record.Length - PageDigest.Size - sizeof(uint)), page);
        byte[] content = [.. BitConverter.GetBytes(record.Length), .. record];
        var journal = File.ReadAllBytes(_folder["state"]);
        File.WriteAllBytes(_folder["state"], [.. journal, .. content, .. SHA256.HashData([.. journal[^SHA256.HashSizeInBytes..], .. content])]);
    }

    private StateJournal New() => new(MetadataFolder.Look(_folder.Path), LocalFileSystem.Instance);

    private StateJournal Load()
    {
        var journal = New();
        journal.Load();
        return journal;
    }

    private static PageChanges Changes(uint count, params uint[] pages)
    {
        var changes = new PageChanges();
        foreach (var page in pages) changes.Set(page, page);
        changes.SetCount(count);
        return changes;
    }

    private static SpoolState State() => new("0123456789abcdef", new(new(0, 0), 512, 1, 2, default, 0), CapturePoint.None, null, "boot", DateTimeOffset.UnixEpoch);
}
