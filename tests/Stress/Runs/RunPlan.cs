using Litestream.Engine.Replication;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Runs;

/// <summary>All that the seed decides about a run before it begins.</summary>
internal sealed record RunPlan
{
    private static readonly int[] s_pageSizes = [512, 1024, 2048, 4096, 4096, 4096, 8192, 16384, 32768, 65536];
    private static readonly string[] s_autoVacuums = ["none", "none", "full", "incremental"];
    private static readonly string[] s_encodings = ["UTF-8", "UTF-8", "UTF-8", "UTF-16le"];

    public required int Seed { get; init; }

    public required int PageSize { get; init; }

    public required string AutoVacuum { get; init; }

    public required string Encoding { get; init; }

    public required int InitialRows { get; init; }

    /// <summary>Whether the clients make the WAL restart as often as can be.</summary>
    public required bool Storm { get; init; }

    public required IReadOnlyList<ClientSpec> Clients { get; init; }

    /// <summary>Whether the engine runs in a process of its own.</summary>
    public required bool OwnProcess { get; init; }

    /// <summary>Whether replication is stopped, killed and started under load.</summary>
    public required bool Restarts { get; init; }

    public required UnlinkKind Unlink { get; init; }

    /// <summary>Whether the load runs first without replication, then with it.</summary>
    public required bool AloneFirst { get; init; }

    /// <summary>The settings of the replication, but for the database.</summary>
    public required ReplicationOptions Options { get; init; }

    /// <summary>Whether <see cref="Options"/> are the defaults.</summary>
    public required bool DefaultOptions { get; init; }

    /// <summary>Draws a plan.</summary>
    /// <param name="seed">The same seed draws the same plan.</param>
    public static RunPlan Draw(int seed)
    {
        var random = new Random(seed);
        var defaults = random.Next(3) == 0;
        var storm = random.Next(2) == 0;
        var pageSize = Pick(random, s_pageSizes);
        return new()
        {
            Seed = seed,
            PageSize = pageSize,
            AutoVacuum = Pick(random, s_autoVacuums),
            Encoding = Pick(random, s_encodings),
            InitialRows = Pick(random, [0, 0, 200, 3000]),
            Storm = storm,
            Clients = ClientMixture.Draw(random, storm, pageSize),
            OwnProcess = random.Next(2) == 0,
            Restarts = random.Next(2) == 0,
            Unlink = DrawUnlink(random, storm),
            AloneFirst = seed % 2 == 0,
            DefaultOptions = defaults,
            Options = defaults ? new() { DatabasePath = "" } : DrawOptions(random),
        };
    }

    /// <inheritdoc/>
    public override string ToString() =>
        $"page size {PageSize}, auto_vacuum {AutoVacuum}, {Encoding}, {InitialRows} rows; {(Storm ? "storm, " : "")}"
        + $"{(OwnProcess ? "own process" : "in process")}{(Restarts ? ", restarted" : "")}, "
        + $"{(DefaultOptions ? "default" : "random")} options{(Unlink == UnlinkKind.None ? "" : $", unlinks {Unlink}")}";

    private static ReplicationOptions DrawOptions(Random random) => new()
    {
        DatabasePath = "",
        SyncInterval = TimeSpan.FromMilliseconds(Pick(random, [20, 100, 300, 1000])),
        QuietInterval = TimeSpan.FromMilliseconds(Pick(random, [1, 5, 20])),
        PollInterval = TimeSpan.FromMilliseconds(Pick(random, [50, 200, 1000])),
        CheckpointPageCount = Pick(random, [10, 50, 200, 1000]),
        CheckpointQuietInterval = TimeSpan.FromMilliseconds(Pick(random, [100, 500, 5000])),
        ForcedCheckpointPageCount = Pick(random, [100, 1000, 10_000]),
        MaxSegmentsPerIndex = Pick(random, [2, 10, 500]),
        MaxIndexSize = Pick(random, [64 << 10, 1 << 20, 64 << 20]),
    };

    private static T Pick<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];

    /// <summary>In a storm the WAL is never wholly backfilled, and who deletes it then leaves a source that SQLite itself can't open.</summary>
    private static UnlinkKind DrawUnlink(Random random, bool storm)
    {
        if (random.Next(4) != 0) return UnlinkKind.None;
        var kind = Pick(random, [UnlinkKind.Both, UnlinkKind.IndexOnly]);
        return storm ? UnlinkKind.IndexOnly : kind;
    }
}
