using Litestream.Engine.Capture;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Spool;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a generation that could not begin left the journal with the length of a file that never got its name; the next record went into the
/// middle of the old one.</summary>
public sealed class FailedBeginTests
{
    [Theory]
    [InlineData("open")]
    [InlineData("write")]
    [InlineData("flush")]
    public void The_journal_knows_its_file_after_a_generation_that_could_not_begin(string failing)
    {
        using var database = new TestDatabase();
        var files = new HookedFileSystem();
        using var folder = MetadataFolder.Open(database["meta"], database.Path, new());
        var journal = new StateJournal(folder, files);
        journal.Begin(StateAt(0));
        var map = new PageMap();
        for (var i = 1; i <= 3; i++) map.Add((UInt128)i);
        journal.Adopt(map);
        for (var i = 1; i < 4; i++) journal.Append(StateAt(i), Changes(i));
        files.Before = (operation, path) =>
        {
            if (operation == failing && path.EndsWith(".tmp", StringComparison.Ordinal)) throw new IOException("ENOSPC");
        };
        Assert.Throws<IOException>(() => journal.Begin(StateAt(0) with { Generation = Objects.B.ToString() }));
        files.Before = (_, _) => { };
        journal.Append(StateAt(4), Changes(4));
        var again = new StateJournal(folder, files);
        again.Load();
        Assert.Equal(StateAt(4), again.State);
        Assert.NotNull(again.Pages);

        static SpoolState StateAt(int offset) => new(
            Objects.A.ToString(), StreamHead.Start(4096, new Random(1)) with { Position = new(0, offset) }, CapturePoint.None, null, "boot", Objects.Time);
        static PageChanges Changes(int digest)
        {
            var changes = new PageChanges();
            changes.Set(2, (UInt128)(1000 + digest));
            changes.SetCount(3);
            return changes;
        }
    }
}
