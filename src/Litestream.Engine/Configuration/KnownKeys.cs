namespace Litestream.Engine.Configuration;

/// <summary>All keys of Litestream 0.3.13 and 0.5, by level; docs/configuration.md has them as a table. A key that is read stands with null; one that has no
/// effect here with what to know instead.</summary>
internal static class KnownKeys
{
    private const string NoFormat = "it belongs to the replica format of Litestream 0.5";
    private const string NoTuning = "the module decides that by itself";

    public static IReadOnlyDictionary<string, string?> Replica { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["type"] = null, ["name"] = null, ["path"] = null, ["url"] = null,
        ["retention"] = null, ["retention-check-interval"] = null, ["sync-interval"] = null, ["snapshot-interval"] = null,
        ["access-key-id"] = null, ["secret-access-key"] = null, ["bucket"] = null, ["region"] = null, ["endpoint"] = null,
        ["force-path-style"] = null, ["skip-verify"] = null, ["storage-class"] = null,
        ["sse-customer-algorithm"] = null, ["sse-customer-key"] = null, ["sse-kms-key-id"] = null,
        ["validation-interval"] = "run Test-LitestreamReplica or Test-LitestreamBackup on a schedule",
        ["sign-payload"] = NoTuning, ["require-content-md5"] = NoTuning, ["part-size"] = NoTuning, ["concurrency"] = NoTuning,
        ["max-sync-ltx-files"] = NoFormat, ["auto-recover"] = NoTuning,
    };

    /// <summary>Keys of replicas that this module does not write, and of S3's that it can't obey.</summary>
    public static IReadOnlyDictionary<string, string> UnsupportedOfReplica { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["age"] = "Replicas are not encrypted with age here: remove the key and let the store encrypt, or stay with Litestream for this database.",
        ["sse-customer-key-path"] = "Give the key itself, in Base64, with sse-customer-key, for example out of an environment variable.",
        ["account-name"] = Only("abs"), ["account-key"] = Only("abs"), ["sas-token"] = Only("abs"),
        ["host"] = Only("sftp"), ["user"] = Only("sftp"), ["password"] = Only("sftp"), ["key-path"] = Only("sftp"),
        ["host-key"] = Only("sftp"), ["concurrent-writes"] = Only("sftp"),
        ["webdav-url"] = Only("webdav"), ["webdav-username"] = Only("webdav"), ["webdav-password"] = Only("webdav"),
        ["jwt"] = Only("nats"), ["seed"] = Only("nats"), ["creds"] = Only("nats"), ["nkey"] = Only("nats"), ["username"] = Only("nats"),
        ["token"] = Only("nats"), ["tls"] = Only("nats"), ["root-cas"] = Only("nats"), ["client-cert"] = Only("nats"), ["client-key"] = Only("nats"),
        ["max-reconnects"] = Only("nats"), ["reconnect-wait"] = Only("nats"), ["timeout"] = Only("nats"),
    };

    public static IReadOnlyDictionary<string, string?> Database { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["path"] = null, ["meta-path"] = null, ["min-checkpoint-page-count"] = null, ["replicas"] = null, ["replica"] = null, ["snapshot"] = null,
        ["monitor-interval"] = "the database is watched, and looked at once a second beside that",
        ["checkpoint-interval"] = "a checkpoint comes after min-checkpoint-page-count, and after 5 s without a commit",
        ["max-checkpoint-page-count"] = "no checkpoint that blocks the application is made",
        ["busy-timeout"] = NoTuning, ["truncate-page-n"] = "no checkpoint that blocks the application is made", ["max-sync-wal-bytes"] = NoTuning,
    };

    public static IReadOnlyDictionary<string, string> UnsupportedOfDatabase { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["restore-if-db-not-exists"] = "Remove the key, and call Restore-LitestreamDatabase where the database does not exist.",
        ["dir"] = "Name each database with 'path': folders as sources are not supported by this version.",
        ["pattern"] = "Name each database with 'path': folders as sources are not supported by this version.",
        ["recursive"] = "Name each database with 'path': folders as sources are not supported by this version.",
        ["watch"] = "Name each database with 'path': folders as sources are not supported by this version.",
        ["meta-dir"] = "Name each database with 'path': folders as sources are not supported by this version.",
    };

    public static IReadOnlyDictionary<string, string?> Root { get; } = new Dictionary<string, string?>(StringComparer.Ordinal)
    {
        ["dbs"] = null, ["snapshot"] = null, ["retention"] = null, ["shutdown-sync-timeout"] = null,
        ["access-key-id"] = null, ["secret-access-key"] = null, ["region"] = null, ["endpoint"] = null, ["bucket"] = null,
        ["force-path-style"] = null, ["skip-verify"] = null, ["storage-class"] = null, ["sync-interval"] = null,
        ["sse-customer-algorithm"] = null, ["sse-customer-key"] = null, ["sse-kms-key-id"] = null,
        ["validation-interval"] = Replica["validation-interval"],
        ["sign-payload"] = NoTuning, ["require-content-md5"] = NoTuning, ["part-size"] = NoTuning, ["concurrency"] = NoTuning,
        ["max-sync-ltx-files"] = NoFormat, ["auto-recover"] = NoTuning,
        ["addr"] = "there is no metrics server: Get-LitestreamReplication tells lag, position and errors",
        ["exec"] = "no application is started: start it by itself",
        ["logging"] = "events are objects and warnings of the cmdlets",
        ["socket"] = "other processes of the account reach a replication without it", ["mcp-addr"] = "there is no such server",
        ["levels"] = NoFormat, ["l0-retention"] = NoFormat, ["l0-retention-check-interval"] = NoFormat, ["verify-compaction"] = NoFormat,
        ["validation"] = Replica["validation-interval"], ["shutdown-sync-interval"] = NoTuning,
        ["heartbeat-url"] = "nothing is called: watch Get-LitestreamReplication instead", ["heartbeat-interval"] = "nothing is called: watch Get-LitestreamReplication instead",
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
