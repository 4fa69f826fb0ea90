using System.Globalization;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Motion;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Locks;

/// <summary>What drops SQLite's locks in the replicating process, while other processes write and checkpoint: the source stays whole, and
/// nothing that was committed is missing.</summary>
[Collection("locks")]
public sealed class LockTrapTests
{
    [SkippableTheory]
    [InlineData("hash")]
    [InlineData("copy")]
    [InlineData("second SQLite that comes and goes")]
    [InlineData("second SQLite that stays")]
    public async Task Nothing_is_harmed_and_nothing_is_missing(string trap)
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "Linux only.");
        using var database = new TestDatabase();
        var path = database["ledger.db"];
        OtherProcess.Run("create", path);
        await using var replication = RunningReplication.Start(path, [RunningReplication.Folder(database["replica"])],
            o => o with { CheckpointPageCount = 10, CheckpointQuietInterval = TimeSpan.FromMilliseconds(50) });
        await replication.SyncAsync();
        long confirmed;
        using (var writer = OtherProcess.Start("writer", path, "--rate", "100", "--autocheckpoint", "10"))
        using (var checkpointer = OtherProcess.Start("checkpointer", path, "--longest", "20"))
        {
            using var staying = trap == "second SQLite that stays" ? SecondSqlite.Open(path) : null;
            for (var round = 0; round < 60; round++)
            {
                await SpringAsync(trap, path, database, staying);
                await Task.Delay(20);
            }

            confirmed = LastConfirmed(writer.End());
            checkpointer.End();
        }

        await replication.SyncAsync(); // then it has the database open, whatever came before
        await SpringAsync(trap == "second SQLite that stays" ? "hash" : trap, path, database, null);
        await replication.SyncAsync();
        await replication.WaitForAsync(ReplicationEventKind.LocksLost);
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        using var app = Application.Open(path);
        Assert.Equal("ok", app.Text("PRAGMA integrity_check"));
        Assert.InRange(confirmed, 1, app.Number("SELECT seq FROM accounts WHERE writer = 1"));
        await Restored.AssertIsAsync(database, app.Image());
        OtherProcess.Run("verify", path); // fails unless it stands at a committed state
    }

    /// <summary>The number of the last row that a writer knows to be committed.</summary>
    private static long LastConfirmed(string output) =>
        long.Parse(output.Split('\n').Last(l => l.StartsWith("c ", StringComparison.Ordinal)).Split(' ')[2], CultureInfo.InvariantCulture);

    private static async Task SpringAsync(string trap, string path, TestDatabase database, SecondSqlite? staying)
    {
        switch (trap)
        {
            case "hash":
                using (var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete))
                    _ = await System.Security.Cryptography.SHA256.HashDataAsync(file);
                break;
            case "copy":
                foreach (var suffix in new[] { "", "-wal", "-shm" })
                    if (File.Exists(path + suffix)) File.Copy(path + suffix, database["copy"], overwrite: true);
                break;
            case "second SQLite that comes and goes":
                using (var other = SecondSqlite.Open(path)) other.Execute("PRAGMA busy_timeout=5000; SELECT count(*) FROM ledger");
                break;
            default:
                staying!.Execute("PRAGMA busy_timeout=5000; SELECT count(*) FROM ledger");
                break;
        }
    }
}
