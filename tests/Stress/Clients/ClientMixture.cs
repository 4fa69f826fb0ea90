namespace Litestream.Stress.Clients;

/// <summary>Draws the clients of a run. Deferred writers, long readers, foreign checkpoints and killed writers are in every one.</summary>
internal static class ClientMixture
{
    private static readonly int[] s_busyTimeouts = [0, 5000];
    private static readonly int[] s_autocheckpoints = [0, 5, 20, 1000];

    // one that stays for the whole run keeps the WAL from ever being restarted: in a quarter of the runs, but no more
    private static readonly int[] s_longestReads = [50, 300, 2000, 60_000];

    // SQLite lets all writers wait while a blocking checkpoint waits for readers: the longer it may wait, the rarer it comes
    private static readonly string[] s_checkpointers =
        ["--longest 50 --busy-timeout 0", "--longest 300 --busy-timeout 20", "--longest 1500 --busy-timeout 200"];

    private static readonly string[] s_extraModes = ["grow,shrink,schema", "spill", "immediate,rollback", "autocommit", "deferred"];

    public static IReadOnlyList<ClientSpec> Draw(Random random)
    {
        var writer = 0;
        var clients = new List<ClientSpec>
        {
            Writer("autocommit", Pick(random, [20, 100, 300])),
            Writer("immediate,immediate,spill,rollback", Pick(random, [10, 40])),
            Writer("deferred", Pick(random, [20, 50])),
            new("reader", $"--longest {Pick(random, s_longestReads)}"),
            new("reader", "--longest 20"),
            new("checkpointer", Pick(random, s_checkpointers)),
            new("killer", $"--writer {++writer} --autocheckpoint {Pick(random, s_autocheckpoints)}"),
        };
        for (var extra = random.Next(3); extra > 0; extra--) clients.Add(Writer(Pick(random, s_extraModes), Pick(random, [5, 20, 50])));
        return clients;

        ClientSpec Writer(string modes, int rate) => new(
            "writer",
            $"--writer {++writer} --mode {modes} --rate {rate} --busy-timeout {Pick(random, s_busyTimeouts)} "
            + $"--autocheckpoint {Pick(random, s_autocheckpoints)} --synchronous {Pick(random, ["normal", "normal", "full", "off"])}");
    }

    private static T Pick<T>(Random random, IReadOnlyList<T> choices) => choices[random.Next(choices.Count)];
}
