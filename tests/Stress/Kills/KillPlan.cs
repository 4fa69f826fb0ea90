using Litestream.Engine.Replication;
using Litestream.Stress.Clients;
using Litestream.Stress.Runs;

namespace Litestream.Stress.Kills;

/// <summary>What a seed decides about one database and its replication.</summary>
/// <param name="Database">The database.</param>
/// <param name="Options">How it is replicated.</param>
/// <param name="Writers">Who writes.</param>
/// <param name="Others">Who reads and checkpoints beside.</param>
internal sealed record KillPlan(RunPlan Database, ReplicationOptions Options, IReadOnlyList<ClientSpec> Writers, IReadOnlyList<ClientSpec> Others)
{
    /// <summary>Long enough for a restore under load to end before what it reads is let go.</summary>
    public static readonly TimeSpan Retention = TimeSpan.FromSeconds(20);

    /// <summary>So that what is written stays small: many kills say more than many bytes.</summary>
    private const int LargestPage = 8192;

    /// <summary>Draws a plan: many snapshots, many new indexes, and something to let go all the time.</summary>
    public static KillPlan Draw(int seed)
    {
        var database = RunPlan.Draw(seed);
        var random = new Random(seed);
        var options = database.Options with
        {
            SnapshotInterval = TimeSpan.FromMilliseconds(random.Next(300, 1500)),
            Retention = Retention,
            RetentionCheckInterval = TimeSpan.FromMilliseconds(random.Next(200, 800)),
            MaxIndexSize = 1 << random.Next(16, 21),
        };
        var autocheckpoint = random.Next(2) == 0 ? 20 : 1000;
        return new(database with { InitialRows = 300, PageSize = Math.Min(database.PageSize, LargestPage) }, options,
        [
            new("writer", $"--writer 1 --mode autocommit --rate 100 --synchronous full --autocheckpoint {autocheckpoint}"),
            new("writer", $"--writer 2 --mode immediate,spill,rollback,deferred --rate 20 --autocheckpoint {autocheckpoint}"),
            new("writer", $"--writer 3 --mode autocommit,autocommit,large,grow,shrink --rate 20 --autocheckpoint {autocheckpoint}"),
        ],
        [
            new("reader", $"--longest {(random.Next(2) == 0 ? 50 : 1000)}"),
            new("checkpointer", "--longest 600 --busy-timeout 20"),
        ]);
    }
}
