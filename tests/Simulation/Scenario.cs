using Litestream.Engine.Replication;
using Litestream.Simulation.Applications;

namespace Litestream.Simulation;

/// <summary>What a seed makes of the world: sizes, habits, who takes part, how much goes wrong.</summary>
internal sealed record Scenario
{
    public const string DatabasePath = "/data/app.db";

    public required int PageSize { get; init; }

    public required int AutoVacuum { get; init; }

    public required bool IsPowersafeOverwrite { get; init; }

    public required IReadOnlyList<WriterHabits> Writers { get; init; }

    public required int Readers { get; init; }

    public required bool HasCheckpointer { get; init; }

    /// <summary>Whether somebody deletes -wal and -shm while no application runs.</summary>
    public required bool HasJanitor { get; init; }

    /// <summary>Of a thousand operations, at how many others get a turn.</summary>
    public required int Preemption { get; init; }

    public required int Episodes { get; init; }

    public required int Replicas { get; init; }

    /// <summary>Whether replicas are away now and then.</summary>
    public required bool AreReplicasAway { get; init; }

    public required ReplicationOptions Options { get; init; }

    public static Scenario Create(Random random)
    {
        var synchronous = random.Next(1, 3);
        return new()
        {
            PageSize = Pick(random, 512, 1024, 4096),
            AutoVacuum = random.Next(3),
            IsPowersafeOverwrite = random.Next(4) > 0,
            Writers = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                new WriterHabits(Pick(random, 0, 50, 5000), Pick(random, 0, 5, 20, 100, 1000), synchronous))],
            Readers = random.Next(3),
            HasCheckpointer = random.Next(2) == 0,
            HasJanitor = random.Next(3) == 0,
            Preemption = Pick(random, 0, 5, 30, 100),
            Episodes = random.Next(4, 12),
            Replicas = random.Next(1, 3),
            AreReplicasAway = random.Next(3) == 0,
            Options = new()
            {
                DatabasePath = DatabasePath,
                MetadataPath = "/data/.app.db-litestream-ps",
                CheckpointPageCount = Pick(random, 10, 50, 1000),
                ForcedCheckpointPageCount = Pick(random, 50, 300, 10_000),
                MaxSegmentsPerIndex = Pick(random, 3, 10, 500),
                MaxIndexSize = Pick(random, 20_000, 64 << 20),
                CheckpointQuietInterval = TimeSpan.FromMilliseconds(Pick(random, 10, 100, 5000)),
                SyncInterval = TimeSpan.FromMilliseconds(Pick(random, 50, 1000)),
                SnapshotInterval = TimeSpan.FromMilliseconds(Pick(random, 500, 3000, 60_000)),
                SpoolLimit = Pick(random, 20_000, 1 << 30, 1 << 30),
                Retention = TimeSpan.FromMilliseconds(Pick(random, 5000, 20_000, 60_000)),
                IdleAfter = TimeSpan.FromMilliseconds(Pick(random, 0, 0, 2000, 1_000_000)),
            },
        };
    }

    /// <summary>A small world, of which each operation is looked at: few pages, and all that happens now and then happens soon.</summary>
    public static Scenario CreateSmall(Random random) => new()
    {
        PageSize = Pick(random, 512, 512, 1024),
        AutoVacuum = random.Next(3),
        IsPowersafeOverwrite = random.Next(4) > 0,
        Writers = [.. Enumerable.Range(0, random.Next(1, 3)).Select(_ => new WriterHabits(Pick(random, 0, 50), Pick(random, 0, 5, 20), random.Next(1, 3), 8, 600))],
        Readers = 0,
        HasCheckpointer = random.Next(2) == 0,
        HasJanitor = false,
        Preemption = 0,
        Episodes = random.Next(2, 5),
        Replicas = 1,
        AreReplicasAway = false,
        Options = new()
        {
            DatabasePath = DatabasePath,
            MetadataPath = "/data/.app.db-litestream-ps",
            CheckpointPageCount = Pick(random, 5, 15, 50),
            ForcedCheckpointPageCount = Pick(random, 30, 100),
            MaxSegmentsPerIndex = Pick(random, 3, 10, 500),
            MaxIndexSize = Pick(random, 10_000, 64 << 20),
            CheckpointQuietInterval = TimeSpan.FromMilliseconds(Pick(random, 10, 100, 1000)),
            SyncInterval = TimeSpan.FromMilliseconds(Pick(random, 50, 200)),
            SnapshotInterval = TimeSpan.FromMilliseconds(Pick(random, 500, 2000)),
            SpoolLimit = 1 << 30,
            Retention = TimeSpan.FromMilliseconds(Pick(random, 1500, 5000)),
            IdleAfter = TimeSpan.FromMilliseconds(Pick(random, 0, 2000)),
        },
    };

    private static int Pick(Random random, params int[] values) => values[random.Next(values.Length)];
}
