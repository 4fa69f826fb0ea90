using System.Buffers.Binary;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>
/// Found by the simulation (exhaustive, seed 103001 at 5555): what was recorded last was the beginning of a life of the WAL of which no frame was written yet. All of that life went into the database
/// file unwatched, and the header of the next restart was written in part: its number was the new one, and SQLite took the salts of that life once more. The generation went on as if it were the same one.
/// </summary>
public sealed class ReusedSaltsTests : IDisposable
{
    private const int SequenceOffset = 12;

    private readonly TestDatabase _database = new();

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task A_second_life_of_the_WAL_with_the_same_salts_is_not_taken_for_the_first()
    {
        _database.App.Insert();
        await RecordAsync(); // begins the generation
        _database.App.Checkpoint(Application.Truncate);
        await RecordAsync();
        var salts = (_database.Snapshot()!.Value.Salt1, _database.Snapshot()!.Value.Salt2);

        _database.App.Insert(rows: 100, size: 1000);
        _database.App.Checkpoint(Application.Passive);
        WriteHeaderInPart();
        _database.App.Insert(rows: 100, size: 1000);
        Assert.Equal(salts, (_database.Snapshot()!.Value.Salt1, _database.Snapshot()!.Value.Salt2));

        await using var replication = RunningReplication.Start(_database);
        await replication.SyncAsync();
        Assert.Equal(_database.App.Image(), await RunningReplication.RestoreAsync(_database));
        Assert.Equal(1, replication.Count(ReplicationEventKind.Reconciled));
    }

    /// <summary>A run that dies when it has recorded what is there.</summary>
    private async Task RecordAsync()
    {
        var environment = new EngineEnvironment();
        using var folder = MetadataFolder.Open(MetadataFolder.DefaultPath(_database.Path), _database.Path, environment);
        var spool = new SpoolFolder(folder, new(1), environment.Files);
        spool.Load();
        using var recorder = new DatabaseRecorder(new() { DatabasePath = _database.Path }, environment, spool, new EventLog(_database.Path, environment.Time));
        Assert.True(recorder.TryOpen(_database.Info, null, null, default));
        await recorder.Snapshot.FinishFirstAsync(default);
        recorder.TryCapture(default);
        recorder.Segments.Cut();
    }

    /// <summary>Whoever restarted the WAL has died when the number of that restart was written, and not yet its salts; so have all others.</summary>
    private void WriteHeaderInPart()
    {
        var (wal, database) = (_database.WalBytes(), _database.FileBytes());
        _database.CloseApp();
        var sequence = wal.AsSpan(SequenceOffset, sizeof(uint));
        BinaryPrimitives.WriteUInt32BigEndian(sequence, BinaryPrimitives.ReadUInt32BigEndian(sequence) + 1);
        File.WriteAllBytes(_database.Path, database);
        File.WriteAllBytes(_database.WalPath, wal);
        _database.ReopenApp();
    }
}
