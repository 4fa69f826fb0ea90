using Litestream.Engine.Capture;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;
using static Litestream.Engine.Tests.Spool.Objects;

namespace Litestream.Engine.Tests.Spool;

/// <summary>What a start finds in the journal after the process was killed, or the disk refused, at each step.</summary>
public sealed class StateJournalTests : IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly MetadataFolder _folder;
    private readonly HookedFileSystem _files = new();
    private StateJournal _journal;

    public StateJournalTests()
    {
        _folder = MetadataFolder.Open(_database["meta"], _database.Path, new());
        _journal = new(_folder, _files);
    }

    [Fact]
    public void A_state_is_found_again_with_its_map()
    {
        Fill(records: 5);
        var (state, pages) = (_journal.State, Digests(_journal));
        Reload();
        Assert.Equal(state, _journal.State);
        Assert.Equal(pages, Digests(_journal));
        Assert.Equal([1, 1004, 3], pages);
    }

    [Fact]
    public void The_map_that_is_adopted_late_is_that_of_now()
    {
        _journal.Begin(StateAt(0));
        _journal.Append(StateAt(1), Changes(2, 22, size: 3));
        Assert.Null(_journal.Pages);
        Reload();
        Assert.Null(_journal.Pages);
        _journal.Append(StateAt(2), Changes(1, 11, size: 2));
        _journal.Adopt(Map(5, 6, 7));
        Assert.Equal([11, 22], Digests(_journal));
        Reload();
        Assert.Equal(StateAt(2), _journal.State);
        Assert.Equal([11, 22], Digests(_journal));
    }

    [Fact]
    public void A_record_that_was_not_completed_does_not_count()
    {
        Fill(records: 3);
        var bytes = File.ReadAllBytes(_folder.StatePath);
        Fill(records: 1, from: 3);
        var all = File.ReadAllBytes(_folder.StatePath);
        Assert.True(all.AsSpan().StartsWith(bytes));
        for (var length = bytes.Length; length < all.Length; length++)
        {
            File.WriteAllBytes(_folder.StatePath, all[..length]);
            Reload();
            Assert.Equal(StateAt(3), _journal.State);
            // what comes next does not get behind the rest of it
            _journal.Append(StateAt(9), Changes(2, 9, size: 3));
            Reload();
            Assert.Equal(StateAt(9), _journal.State);
        }
    }

    [Fact]
    public void A_flipped_bit_ends_the_journal_where_it_is()
    {
        Fill(records: 4);
        var all = File.ReadAllBytes(_folder.StatePath);
        for (var place = 0; place < all.Length; place += 7)
        {
            var bad = all.ToArray();
            bad[place] ^= 4;
            File.WriteAllBytes(_folder.StatePath, bad);
            Reload();
            Assert.NotEqual(StateAt(4), _journal.State);
            Assert.True(_journal.State is null || Digests(_journal)[1] is 2 or >= 1000);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("litestream-ps 2\n")]
    [InlineData("litestream-ps 2\n\u0001\0\0\0")]
    [InlineData("litestream-ps 3\n and what a later version makes of it")]
    public void What_cannot_be_understood_is_no_state_and_is_replaced(string text)
    {
        File.WriteAllText(_folder.StatePath, text);
        Reload();
        Assert.Null(_journal.State);
        _journal.Begin(StateAt(1));
        Reload();
        Assert.Equal(StateAt(1), _journal.State);
    }

    [Fact]
    public void The_journal_is_made_anew_when_it_has_grown()
    {
        Fill(records: 0);
        for (var i = 1; i <= 3000; i++) _journal.Append(StateAt(i), Changes(2, 1000 + i, size: 3));
        Assert.InRange(new FileInfo(_folder.StatePath).Length, 1, 2 << 18);
        Reload();
        Assert.Equal(StateAt(3000), _journal.State);
        Assert.Equal([1, 4000, 3], Digests(_journal));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("write")]
    [InlineData("flush")]
    public void After_a_failed_record_it_is_made_sure_which_state_counts(string failing)
    {
        Fill(records: 2);
        _files.Before = (operation, path) =>
        {
            if (operation == failing && Path.GetFileName(path) == "state") throw new IOException("EIO");
        };
        Assert.Throws<IOException>(() => _journal.Append(StateAt(7), Changes(2, 7, size: 3)));
        Assert.Equal(StateAt(2), _journal.State);
        _files.Before = (_, _) => { };
        _journal.Settle();
        Reload();
        Assert.Equal(StateAt(2), _journal.State);
        Assert.Equal([1, 1001, 3], Digests(_journal));
    }

    [Theory]
    [InlineData("open")]
    [InlineData("write")]
    [InlineData("flush")]
    [InlineData("rename")]
    [InlineData("flush folder")]
    public void A_death_while_the_journal_is_made_anew_leaves_the_one_or_the_other(string failing)
    {
        Fill(records: 2);
        _files.Before = (operation, _) =>
        {
            if (operation == failing) throw new IOException("EIO");
        };
        Assert.Throws<IOException>(() => _journal.Begin(StateAt(0) with { Generation = B.ToString() }));
        _files.Before = (_, _) => { };
        var before = _journal.State;
        Assert.Equal(StateAt(2), before);
        Reload();
        Assert.True(_journal.State == before || _journal.State!.Generation == B.ToString());
        _journal.Append(StateAt(3), Changes(2, 3, size: 3));
        Reload();
        Assert.Equal(StateAt(3), _journal.State);
    }

    [Fact]
    public void A_state_is_flushed_before_it_is_believed()
    {
        Fill(records: 1);
        var flushed = false;
        _files.Before = (operation, path) => flushed |= operation == "flush" && Path.GetFileName(path) == "state";
        Reload();
        Assert.True(flushed);
    }

    public void Dispose()
    {
        _folder.Dispose();
        _database.Dispose();
    }

    private void Fill(int records, int from = 0)
    {
        if (from == 0)
        {
            _journal.Begin(StateAt(0));
            _journal.Adopt(Map(1, 2, 3));
        }

        for (var i = from; i < from + records; i++) _journal.Append(StateAt(i + 1), Changes(2, 1000 + i, size: 3));
    }

    private void Reload()
    {
        _journal = new(_folder, _files);
        _journal.Load();
    }

    private static SpoolState StateAt(int offset) => new(
        A.ToString(), StreamHead.Start(4096, new Random(1)) with { Position = new(0, offset) }, CapturePoint.None, new FileIdentity(1, 2, 3), "boot", Time);

    private static PageChanges Changes(uint page, int digest, uint size)
    {
        var changes = new PageChanges();
        changes.Set(page, (UInt128)digest);
        if (size != 0) changes.SetCount(size);
        return changes;
    }

    private static PageMap Map(params int[] digests)
    {
        var map = new PageMap();
        foreach (var digest in digests) map.Add((UInt128)digest);
        return map;
    }

    private static List<int> Digests(StateJournal journal) =>
        [.. Enumerable.Range(1, (int)journal.Pages!.Count).Select(p => (int)journal.Pages[(uint)p])];
}
