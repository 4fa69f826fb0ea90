using System.Diagnostics;
using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Somebody copies a former state of the database over it right after a start, when the WAL has nothing more for the file and our reader does not rest yet. The reader came to rest beside that
/// file all the same, a sync succeeded, and what followed was recorded on top of pages that were not there.</summary>
[Collection("locks")]
public sealed class PutBackFileTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public PutBackFileTests() => Skip.IfNot(OperatingSystem.IsLinux(), "needs a copy by another process");

    public void Dispose() => _database.Dispose();

    [SkippableFact]
    public async Task Is_recorded_where_the_WAL_is_empty()
    {
        var former = Prepare();
        await using (var first = RunningReplication.Start(_database))
        {
            _database.App.Execute("UPDATE item SET data = randomblob(1000)");
            await first.SyncAsync();
            await first.UntilAsync(() => _database.App.Checkpoint(Application.Truncate).Code == 0, "the WAL is emptied");
            await first.StopAsync();
        }

        await using var second = RunningReplication.Start(_database, Later);
        await second.SyncAsync();
        PutBack();
        await second.WaitForAsync(ReplicationEventKind.ContinuityLost);
        await second.SyncAsync();
        _database.ReopenApp();
        Assert.Equal(former, _database.App.Image());
        _database.App.Insert();
        await second.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
    }

    [SkippableFact]
    public async Task Is_refused_beside_a_WAL_that_is_in_the_file()
    {
        Prepare();
        await using (var first = RunningReplication.Start(_database))
        {
            _database.App.Execute("UPDATE item SET data = randomblob(1000)");
            await first.SyncAsync();
            await first.BackfilledAsync(_database);
            await first.StopAsync();
        }

        await using var second = RunningReplication.Start(_database, Later);
        await second.SyncAsync();
        PutBack();
        await second.WaitForAsync(ReplicationEventKind.ContinuityLost);
        Assert.Equal(ErrorCode.DatabaseError, (await Assert.ThrowsAsync<LitestreamException>(second.SyncAsync)).Code);
        await Assert.ThrowsAsync<LitestreamException>(second.StopAsync);
    }

    /// <summary>It was given time, as if somebody's checkpoint went on: meanwhile the application could come, and commit on top of it.</summary>
    [SkippableFact]
    public void Is_told_at_once_where_no_checkpoint_can_have_written_it()
    {
        Prepare();
        _database.App.Execute("UPDATE item SET data = randomblob(1000)");
        _database.App.Checkpoint(Application.Passive);
        using var session = CaptureSession.TryOpen(_database.Info, new())!;
        using (var view = session.TryOpenView()!) session.StartAt(view.Point);
        session.NoteSeen();
        PutBack();
        Assert.Throws<DatabaseOverwrittenException>(() => session.Checkpoint());
    }

    // a busy machine may take seconds until the file is put back; when the reader rests before, it is another case
    private static ReplicationOptions Later(ReplicationOptions options) => options with { CheckpointQuietInterval = TimeSpan.FromSeconds(8), ShutdownTimeout = TimeSpan.FromSeconds(5) };

    private byte[] Prepare()
    {
        _database.App.Insert(rows: 100, size: 1000);
        _database.App.Checkpoint(Application.Truncate);
        var image = _database.App.Image();
        File.WriteAllBytes(_database["former.db"], image);
        return image;
    }

    private void PutBack()
    {
        _database.CloseApp();
        using var copy = Process.Start("cp", [_database["former.db"], _database.Path]);
        copy.WaitForExit();
    }
}
