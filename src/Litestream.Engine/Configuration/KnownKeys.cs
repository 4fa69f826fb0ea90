namespace Litestream.Engine.Configuration;

/// <summary>All keys of Litestream 0.3.13 and 0.5, by level; docs/configuration.md has them as a table. A key that is read stands with null; one that has no
/// effect here with what to know instead.</summary>
internal static class KnownKeys
{
    private const string NoFormat = "it belongs to the replica format of Litestream 0.5";
    private const string NoTuning = "the module decides that by itself";

    private const string NoBlocking = "no checkpoint that blocks the application is made";
    private const string NoValidation = "run Test-LitestreamReplica or Test-LitestreamBackup on a schedule";
    private const string NoHeartbeat = "nothing is called: watch Get-LitestreamReplication instead";

    private const string StoreKeys =
        "access-key-id secret-access-key bucket region endpoint force-path-style skip-verify storage-class sse-customer-algorithm sse-customer-key sse-kms-key-id";

    private static readonly (string Keys, string Instead)[] s_replicaTuning =
    [
        ("validation-interval", NoValidation),
        ("sign-payload require-content-md5 part-size concurrency auto-recover", NoTuning),
        ("max-sync-ltx-files", NoFormat),
    ];

    public static IReadOnlyDictionary<string, string?> Replica { get; } = Known(
        $"type name path url retention retention-check-interval sync-interval snapshot-interval {StoreKeys}", s_replicaTuning);

    /// <summary>Keys of replicas that this module does not write, and of S3's that it can't obey.</summary>
    public static IReadOnlyDictionary<string, string> UnsupportedOfReplica { get; } = Table(
        ("age", "Replicas are not encrypted with age here: remove the key and let the store encrypt, or stay with Litestream for this database."),
        ("sse-customer-key-path", "Give the key itself, in Base64, with sse-customer-key, for example out of an environment variable."),
        ("account-name account-key sas-token", Only("abs")),
        ("host user password key-path host-key concurrent-writes", Only("sftp")),
        ("webdav-url webdav-username webdav-password", Only("webdav")),
        ("jwt seed creds nkey username token tls root-cas client-cert client-key max-reconnects reconnect-wait timeout", Only("nats")));

    public static IReadOnlyDictionary<string, string?> Database { get; } = Known(
        "path dir pattern recursive watch meta-path meta-dir min-checkpoint-page-count replicas replica snapshot",
        ("monitor-interval", "the database is watched, and looked at once a second beside that"),
        ("checkpoint-interval", "a checkpoint comes after min-checkpoint-page-count, and after 5 s without a commit"),
        ("max-checkpoint-page-count truncate-page-n", NoBlocking),
        ("busy-timeout max-sync-wal-bytes", NoTuning));

    public static IReadOnlyDictionary<string, string> UnsupportedOfDatabase { get; } = Table(
        ("restore-if-db-not-exists", "Remove the key, and call Restore-LitestreamDatabase where the database does not exist."));

    public static IReadOnlyDictionary<string, string?> Root { get; } = Known(
        $"dbs snapshot retention shutdown-sync-timeout sync-interval {StoreKeys}",
        [
            .. s_replicaTuning,
            ("addr", "there is no metrics server: Get-LitestreamReplication tells lag, position and errors"),
            ("exec", "no application is started: start it by itself"),
            ("logging", "events are objects and warnings of the cmdlets"),
            ("socket", "other processes of the account reach a replication without it"),
            ("mcp-addr", "there is no such server"),
            ("levels l0-retention l0-retention-check-interval verify-compaction", NoFormat),
            ("validation", NoValidation),
            ("shutdown-sync-interval", NoTuning),
            ("heartbeat-url heartbeat-interval", NoHeartbeat),
        ]);

    public static IReadOnlyDictionary<string, string?> Logging { get; } = Known("level type stderr");

    public static IReadOnlyDictionary<string, string?> Socket { get; } = Known("enabled path permissions");

    /// <summary>Of <c>validation</c>, and of each of <c>levels</c>.</summary>
    public static IReadOnlyDictionary<string, string?> Interval { get; } = Known("interval");

    /// <summary>What the value of a key has to be that has no effect.</summary>
    public static ValueKind KindOf(string key) => key switch
    {
        "logging" or "socket" or "validation" or "levels" => ValueKind.Nested,
        "sign-payload" or "require-content-md5" or "auto-recover" or "verify-compaction" => ValueKind.Flag,
        "concurrency" or "max-sync-ltx-files" or "max-checkpoint-page-count" or "truncate-page-n" or "max-sync-wal-bytes" => ValueKind.Number,
        "part-size" => ValueKind.Size,
        _ when key == "l0-retention" || key.EndsWith("-interval", StringComparison.Ordinal) || key.EndsWith("-timeout", StringComparison.Ordinal) => ValueKind.Duration,
        _ => ValueKind.Text,
    };

    /// <summary>A key that is spelt nearly so; null if none is.</summary>
    /// <param name="key">What the file has.</param>
    /// <param name="known">What is known at that level.</param>
    public static string? FindNearest(string key, IEnumerable<string> known)
    {
        var normal = key.Replace('_', '-').ToLowerInvariant();
        return known.Select(k => (Key: k, Distance: Distance(normal, k))).Where(k => k.Distance <= Math.Max(2, k.Key.Length / 3))
            .OrderBy(k => k.Distance).ThenBy(k => k.Key, StringComparer.Ordinal).Select(k => k.Key).FirstOrDefault();
    }

    private static Dictionary<string, string?> Known(string read, params (string Keys, string Instead)[] others)
    {
        var table = Table(others).ToDictionary(e => e.Key, e => (string?)e.Value, StringComparer.Ordinal);
        foreach (var key in read.Split(' ')) table.Add(key, null);
        return table;
    }

    private static Dictionary<string, string> Table(params (string Keys, string Text)[] entries) =>
        entries.SelectMany(e => e.Keys.Split(' '), (e, key) => (key, e.Text)).ToDictionary(e => e.key, e => e.Text, StringComparer.Ordinal);

    private static string Only(string type) => $"It belongs to a replica of type {type}, which this module does not have: give a folder or an S3 bucket.";

    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
                (diagonal, row[j]) = (row[j], Math.Min(Math.Min(row[j], row[j - 1]) + 1, diagonal + (one[i - 1] == other[j - 1] ? 0 : 1)));
        }

        return row[^1];
    }
}
