namespace Litestream.Stress.Clients;

/// <summary>Draws the clients of a run. Deferred writers, long readers, foreign checkpoints and killed writers are in every one.</summary>
internal static class ClientMixture
{
    private const int LargestUnhinderedPage = 8192;
    private static readonly int[] s_slowRates = [50, 100];
    private static readonly int[] s_fastRates = [0, 150, 500];
    private static readonly string[] s_synchronous = ["normal", "normal", "full", "off"];
    private static readonly int[] s_busyTimeouts = [0, 5000];
    private static readonly int[] s_autocheckpoints = [0, 5, 20, 1000];

    // one that stays for the whole run keeps the WAL from ever being restarted: in a quarter of the runs, but no more
    private static readonly int[] s_longestReads = [50, 300, 2000, 60_000];

    // SQLite lets all writers wait while a blocking checkpoint waits for readers: the longer it may wait, the rarer it comes
    private static readonly string[] s_checkpointers =
        ["--longest 50 --busy-timeout 0", "--longest 300 --busy-timeout 20", "--longest 1500 --busy-timeout 200"];

    private static readonly string[] s_extraModes = ["grow,shrink,schema", "spill", "immediate,rollback", "autocommit", "deferred"];

    /// <summary>Draws a mixture.</summary>
    /// <param name="random">What decides.</param>
    /// <param name="storm">Whether the WAL shall be restarted as often as can be: many small commits, checkpoints all the time.</param>
    /// <param name="pageSize">The page size: with large pages even small commits are gigabytes, if nothing holds them back.</param>
    public static IReadOnlyList<ClientSpec> Draw(Random random, bool storm, int pageSize) =>
        storm ? Storm(random, pageSize > LargestUnhinderedPage) : Mixture(random, pageSize > LargestUnhinderedPage);

    private static List<ClientSpec> Mixture(Random random, bool hindered)
    {
        var writer = 0;
        var clients = new List<ClientSpec>
        {
            Writer(random, ++writer, "autocommit", Pick(random, [20, 100, 300])),
            Writer(random, ++writer, "immediate,immediate,spill,rollback", Pick(random, [10, 40])),
            Writer(random, ++writer, "deferred", Pick(random, [20, 50])),
            new("reader", $"--longest {Pick(random, s_longestReads)}"),
            new("reader", "--longest 20"),
            new("checkpointer", Pick(random, s_checkpointers)),
            Killer(++writer, Pick(random, s_autocheckpoints), hindered),
        };
        for (var extra = random.Next(3); extra > 0; extra--)
            clients.Add(Writer(random, ++writer, Pick(random, s_extraModes), Pick(random, [5, 20, 50])));
        return clients;
    }

    private static List<ClientSpec> Storm(Random random, bool hindered) =>
    [
        new("writer", $"--writer 1 --mode autocommit --rate {Pick(random, hindered ? s_slowRates : s_fastRates)} "
            + $"--autocheckpoint {Pick(random, [5, 20])}"),
        new("writer", $"--writer 2 --mode autocommit,immediate,rollback --rate {(hindered ? 50 : 150)} "
            + $"--autocheckpoint {Pick(random, [5, 20])}"),
        new("writer", "--writer 3 --mode deferred,spill --rate 30 --autocheckpoint 5 --busy-timeout 0"),
        new("reader", $"--longest {Pick(random, [2, 20, 300])}"),
        new("checkpointer", $"--longest {Pick(random, [5, 50, 300])} --busy-timeout {Pick(random, s_busyTimeouts) / 500}"),
        Killer(4, autocheckpoint: 20, hindered),
    ];

    private static ClientSpec Killer(int writer, int autocheckpoint, bool hindered) =>
        new("killer", $"--writer {writer} --autocheckpoint {autocheckpoint} --rate {(hindered ? 200 : 0)}");

    private static ClientSpec Writer(Random random, int writer, string modes, int rate) => new(
        "writer",
        $"--writer {writer} --mode {modes} --rate {rate} --busy-timeout {Pick(random, s_busyTimeouts)} "
        + $"--autocheckpoint {Pick(random, s_autocheckpoints)} --synchronous {Pick(random, s_synchronous)}");

    private static T Pick<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
