using System.Diagnostics;
using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>A real volume of 1 MiB for the replica or the metadata folder: full, read-only, gone. Needs the right to mount.</summary>
public sealed class SmallVolumeTests : IDisposable
{
    private readonly TestDatabase _database = new();

    public SmallVolumeTests() => Directory.CreateDirectory(Volume);

    private string Volume => _database["volume"];

    private string Replica => Path.Combine(Volume, "replica");

    [SkippableFact]
    public async Task A_full_replica_takes_data_again_when_space_is_back()
    {
        Mount();
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.SyncAsync();
        await FailAndRecoverAsync(replication, ErrorCode.DiskFull, Fill, Free);
    }

    [SkippableFact]
    public async Task A_full_metadata_folder_takes_data_again_when_space_is_back()
    {
        Mount();
        await using var replication = RunningReplication.Start(
            _database, o => o with { MetadataPath = Path.Combine(Volume, "metadata") });
        await replication.SyncAsync();
        await FailAndRecoverAsync(replication, ErrorCode.DiskFull, Fill, Free, "replica");
    }

    [SkippableFact]
    public async Task A_replica_that_becomes_read_only_takes_data_again_when_it_is_not()
    {
        Mount();
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.SyncAsync();
        await FailAndRecoverAsync(
            replication, ErrorCode.ReplicaUnavailable, () => Run("mount", "-o", "remount,ro", Volume), () => Run("mount", "-o", "remount,rw", Volume));
    }

    [SkippableFact]
    public async Task A_replica_whose_volume_goes_away_is_not_made_on_the_volume_below_not_even_after_a_restart()
    {
        Mount();
        await using (var first = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]))
        {
            _database.App.Insert();
            await first.SyncAsync();
            await first.StopAsync();
        }

        Run("umount", Volume);
        await using var replication = RunningReplication.Start(_database.Path, [RunningReplication.Folder(Replica)]);
        await replication.UntilAsync(() => replication.Status.Position is not null, "it goes on");
        _database.App.Insert();
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(ErrorCode.ReplicaUnavailable, Assert.IsType<LitestreamException>(retry.Error).Code);
        Assert.Empty(Directory.GetFileSystemEntries(Volume));
        Assert.True(replication.Count(ReplicationEventKind.GenerationStarted) == 0, replication.Told());
        Mount();
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database, "volume/replica"));
    }

    public void Dispose()
    {
        Start("umount", Volume);
        _database.Dispose();
    }

    private async Task FailAndRecoverAsync(
        RunningReplication replication, ErrorCode expected, Action fail, Action heal, string replica = "volume/replica")
    {
        fail();
        for (var commit = 0; commit < 5; commit++) _database.App.Insert(5, 1000);
        var retry = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal(expected, Assert.IsType<LitestreamException>(retry.Error).Code);
        heal();
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.GenerationStarted));
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database, replica));
    }

    private void Fill()
    {
        using var filler = File.Create(Path.Combine(Volume, "filler"));
        try
        {
            for (var block = new byte[4096]; ;) filler.Write(block);
        }
        catch (IOException)
        {
            // full
        }
    }

    private void Free() => File.Delete(Path.Combine(Volume, "filler"));

    private void Mount() => Skip.IfNot(
        OperatingSystem.IsLinux() && Start("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", Volume) == 0, "a volume can't be mounted here");

    private static void Run(string command, params string[] arguments) => Assert.Equal(0, Start(command, arguments));

    private static int Start(string command, params string[] arguments)
    {
        if (!OperatingSystem.IsLinux()) return -1;
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
