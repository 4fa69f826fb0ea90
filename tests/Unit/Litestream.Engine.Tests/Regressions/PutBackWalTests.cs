using System.Diagnostics;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Somebody puts back a copy of the database and its WAL over both, while the reader rests: the file lacks what only that WAL holds, though it is the same as the one that was
/// captured.</summary>
[Collection("locks")]
public sealed class PutBackWalTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public PutBackWalTests() => Skip.IfNot(OperatingSystem.IsLinux(), "Elsewhere no WAL is removed.");

    public void Dispose() => _database.Dispose();

    [SkippableTheory]
    [InlineData("cp")]
    [InlineData("cp -p")]
    public async Task Is_left_beside_the_file_that_it_was_put_back_with(string copy)
    {
        await using var replication = RunningReplication.Start(_database, o => o with { CheckpointQuietInterval = TimeSpan.FromMilliseconds(500), ShutdownTimeout = TimeSpan.FromSeconds(5) });
        await replication.SyncAsync();
        _database.App.Insert(rows: 100);
        // in another process: here it would cost SQLite its locks
        Shell($"mkdir bak; cp -p app.db app.db-wal bak");
        await replication.SyncAsync();
        await replication.UntilAsync(() => RestingState.IsWrittenFor(_database), "the reader rests");
        _database.CloseApp();

        // the file last: that is what is noticed
        Shell($"{copy} bak/app.db-wal app.db-wal; {copy} bak/app.db app.db");
        await replication.UntilAsync(() => replication.Status.LastError is not null || replication.Count(ReplicationEventKind.ContinuityLost) > 0, "it is noticed");
        await Assert.ThrowsAsync<LitestreamException>(replication.StopAsync);

        using var application = Application.Open(_database.Path);
        Assert.Equal(100, application.Number("SELECT count(*) FROM item"));
    }

    private void Shell(string script)
    {
        using var shell = Process.Start(new ProcessStartInfo("sh", ["-ec", script]) { WorkingDirectory = Path.GetDirectoryName(_database.Path) })!;
        shell.WaitForExit();
        Assert.Equal(0, shell.ExitCode);
    }
}
