using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class ConfigurationErrorTests
{
    [Theory]
    [InlineData("dbz: []", 1, "'dbz' is not a key of the file", "Did you mean 'dbs'?")]
    [InlineData("dbs: [{path: /a, replicas: [{path: /r,\n  snapshot_interval: 1h}]}]", 2, "'snapshot_interval' is not a key of 'replicas'", "'snapshot-interval'")]
    [InlineData("dbs:\n  - path: /a\n    snapshot-interval: 1h\n    replicas: [{path: /r}]", 3, "'snapshot-interval' is not a key of 'dbs'", "")]
    [InlineData("addr: a\naddr: b", 2, "not YAML", "")]
    [InlineData("dbs: }", 1, "not YAML", "")]
    [InlineData("dbs:\n- {path: ${HOME}/a.db}", 2, "not YAML", "'${NAME}' in it into quotes")]
    [InlineData("dbs: ]", 1, "not YAML", "indented by spaces")]
    [InlineData("---\ndbs: []\n---\ndbs: []", 4, "second document", "")]
    [InlineData("dbs: text", 1, "'dbs' is a list", "")]
    [InlineData("- dbs", 1, "the file has no keys", "")]
    [InlineData("dbs: [{path: [a]}]", 1, "'path' is one value", "")]
    [InlineData("dbs:\n  - replicas: [{path: /r}]", 2, "a database has no 'path'", "")]
    [InlineData("dbs:\n  - path: /a", 2, "has no replica", "")]
    [InlineData("dbs:\n  - path: /a[*.db\n    replicas: [{path: /r}]", 2, "is no pattern: a bracket is not closed", "")]
    [InlineData("dbs:\n  - path: /a*.db", 2, "has no replica", "")]
    [InlineData("dbs:\n  - dir: /a\n    replicas: [{path: /r}]", 2, "a 'dir' has no 'pattern'", "*.db")]
    [InlineData("dbs:\n  - dir: /a\n    path: /b\n    replicas: [{path: /r}]", 3, "'path' and 'dir'", "")]
    [InlineData("dbs:\n  - dir: /a\n    pattern: sub/*.db\n    replicas: [{path: /r}]", 3, "without folders", "'recursive: true'")]
    [InlineData("dbs:\n  - path: /a\n    watch: true\n    replicas: [{path: /r}]", 3, "'watch' belongs to a 'dir'", "")]
    [InlineData("dbs:\n  - {dir: /a, pattern: '*', meta-path: /m, meta-dir: /n}", 2, "'meta-path' and 'meta-dir'", "")]
    [InlineData("dbs:\n  - {path: /a/*, replicas: [{path: /r}]}\n  - {path: /b/*, replicas: [{path: /r}]}", 3, "'/r' is that of another database", "")]
    [InlineData("dbs:\n  - path: /a\n    restore-if-db-not-exists: true", 3, "'restore-if-db-not-exists' is not supported", "Restore-LitestreamDatabase")]
    [InlineData("dbs:\n  - path: /a\n    min-checkpoint-page-count: 0\n    replicas: [{path: /r}]", 3, "not a whole number above 0", "")]
    [InlineData("dbs:\n  - path: /a\n    replicas: [{path: /r}]\n    replica: {path: /s}", 4, "'replica' and 'replicas'", "")]
    [InlineData("dbs:\n  - {path: /a, replicas: [{path: /r}]}\n  - {path: /x/../a, replicas: [{path: /s}]}", 3, "'/a' is there already, at line 2", "")]
    [InlineData("dbs:\n  - {path: /a, replicas: [{path: /r}]}\n  - {path: /b, replicas: [{path: /r/}]}", 3, "'/r' is that of another database", "")]
    [InlineData("logging:\n  lvl: debug", 2, "'lvl' is not a key of 'logging'", "'level'")]
    [InlineData("validation:\n  interval: 30", 2, "'interval: 30' has no unit", "'30s'")]
    [InlineData("levels:\n  - interval: 5m\n  - intervall: 1h", 3, "'intervall' is not a key of 'levels'", "'interval'")]
    [InlineData("socket:\n  paht: /run/x", 2, "'paht' is not a key of 'socket'", "'path'")]
    [InlineData("logging:\n  type: xml", 2, "'type' can't be 'xml'", "text, json")]
    [InlineData("dbs:\n  - path: /a\n    monitor-interval: 1\n    replicas: [{path: /r}]", 3, "'monitor-interval: 1' has no unit", "'1s'")]
    [InlineData("dbs:\n  - path: /a\n    replicas:\n      - path: /r\n        validation-interval: 5", 5, "has no unit", "")]
    public void Fault_of_the_file_has_its_line(string yaml, int line, string message, string hint) => Check(yaml, line, message, hint);

    [Theory]
    [InlineData("addr: [1]", "'addr' is one value")]
    [InlineData("exec: {a: b}", "'exec' is one value")]
    [InlineData("mcp-addr: [x]", "'mcp-addr' is one value")]
    [InlineData("heartbeat-url: {a: b}", "'heartbeat-url' is one value")]
    [InlineData("heartbeat-interval: [5m]", "'heartbeat-interval' is one value")]
    [InlineData("verify-compaction: perhaps", "'verify-compaction' is neither true nor false")]
    [InlineData("sign-payload: 2", "'sign-payload' is neither true nor false")]
    [InlineData("concurrency: many", "'concurrency' is not a whole number")]
    [InlineData("max-sync-ltx-files: 1.5", "'max-sync-ltx-files' is not a whole number")]
    [InlineData("part-size: large", "'part-size' is not a size")]
    [InlineData("socket: {enabled: 7}", "'enabled' is neither true nor false")]
    [InlineData("socket: {path: [x]}", "'path' is one value")]
    [InlineData("socket: {permissions: rw}", "'permissions' is not a whole number")]
    [InlineData("logging: text", "'logging' has no keys")]
    [InlineData("levels: 5m", "'levels' is a list")]
    public void Value_of_a_key_without_effect_is_of_its_kind(string line, string message) => Check($"dbs: []\n{line}", 2, message, "");

    [Theory]
    [InlineData("max-checkpoint-page-count: lots", "'max-checkpoint-page-count' is not a whole number")]
    [InlineData("truncate-page-n: {a: 1}", "'truncate-page-n' is one value")]
    [InlineData("max-sync-wal-bytes: 1MB", "'max-sync-wal-bytes' is not a whole number")]
    [InlineData("busy-timeout: soon", "'busy-timeout' is not a duration")]
    public void Value_of_a_key_of_a_database_without_effect_is_of_its_kind(string line, string message) =>
        Check($"dbs:\n  - path: /a\n    replicas: [{{path: /r}}]\n    {line}", 4, message, "");

    [Fact]
    public void Values_of_keys_without_effect_that_Litestream_takes_are_no_errors()
    {
        var yaml = """
            addr: 9090
            exec: app --port $UNSET $1
            verify-compaction: no
            concurrency: 0x10
            part-size: 5 MiB
            max-sync-ltx-files:
            socket: {enabled: true, path: /run/$UNSET, permissions: 0600}
            dbs:
              - path: /a
                max-checkpoint-page-count: 0
                truncate-page-n: -1
                busy-timeout: 1s
                replicas: [{path: /r, auto-recover: true, part-size: 10485760}]
            """;

        Assert.Single(new ConfigurationReader { CurrentFolder = "/", FindVariable = _ => null }.Read(yaml, "f.yml").Databases);
    }

    [Theory]
    [InlineData("{path: /r, retention: 86400}", "has no unit, and Litestream takes it as nanoseconds", "'86400s'")]
    [InlineData("{path: /r, retention: 7d}", "'retention' is not a duration", "'24h'")]
    [InlineData("{path: /r, sync-interval: 0s}", "'sync-interval' is not above 0", "")]
    [InlineData("{path: /r, retention-check-interval: 0s}", "'retention-check-interval' is not above 0", "")]
    [InlineData("{path: /r, url: s3://b}", "'url' and 'path'", "")]
    [InlineData("{path: s3://b}", "a URL stands in 'path'", "")]
    [InlineData("{url: /r}", "'url' is no URL", "")]
    [InlineData("{url: 'file://'}", "names no folder", "")]
    [InlineData("{}", "neither 'path' nor 'url'", "")]
    [InlineData("{url: 'gcs://b/p'}", "type 'gcs' is not supported", "")]
    [InlineData("{url: 'sftp://u:hidden@h/p'}", "type 'sftp' is not supported", "")]
    [InlineData("{type: abs, bucket: b}", "type 'abs' is not supported", "")]
    [InlineData("{path: /r, age: {recipients: [age1]}}", "'age' is not supported", "")]
    [InlineData("{path: /r, account-key: hidden}", "'account-key' is not supported", "type abs")]
    [InlineData("{path: /r, region: eu}", "'region' belongs to a replica of type s3", "")]
    [InlineData("{type: s3}", "neither 'url' nor 'bucket'", "")]
    [InlineData("{type: s3, bucket: b}", "'bucket' is no name that S3 could have", "")]
    [InlineData("{url: 's3://b/p'}", "'url': The URL names no bucket", "")]
    [InlineData("{url: 's3://bucket/p', bucket: b}", "'url' and 'bucket'", "")]
    [InlineData("{url: 's3://bucket/p?endpoint=x'}", "behind '?'", "")]
    [InlineData("{type: s3, bucket: bucket, path: 'p?x'}", "a '?' can't be part", "question mark")]
    [InlineData("{url: 's3://u:hidden@bucket/p'}", "no user or password", "")]
    [InlineData("{url: 's3://bucket/p', access-key-id: hidden}", "only one of", "")]
    [InlineData("{url: 's3://bucket/p', skip-verify: true}", "'skip-verify: true' is not supported", "")]
    [InlineData("{url: 's3://bucket/p', skip-verify: perhaps}", "neither true nor false", "")]
    [InlineData("{url: 's3://bucket/p', endpoint: 'http://u:hidden@h'}", "'endpoint' is no http", "")]
    [InlineData("{url: 's3://bucket/p', sse-customer-key: hidden}", "not 32 bytes in Base64", "")]
    [InlineData("{url: 's3://bucket/p', sse-customer-algorithm: DES}", "not AES256", "")]
    [InlineData("{path: $NOWHERE}", "the environment variable 'NOWHERE' is not set", "-NoExpandEnvironment")]
    [InlineData("{url: 's3://bucket/p', access-key-id: k, secret-access-key: 'hidden$$'}", "a '$' has no variable", "-NoExpandEnvironment")]
    [InlineData("{path: /r}, {path: /s}", "two replicas of the database have the name 'file'", "'name'")]
    [InlineData("{path: /r}, {name: b, path: /r/}", "is given twice", "")]
    public void Fault_of_a_replica_has_its_line(string replica, string message, string hint) =>
        Check($"dbs:\n  - path: /a.db\n    replicas:\n      [{replica}]", 4, message, hint);

    [Fact]
    public void File_that_is_not_there_is_an_error_of_its_own()
    {
        var error = Assert.Throws<LitestreamException>(() => new ConfigurationReader { CurrentFolder = "/" }.ReadFile("/nowhere/litestream.yml"));

        Assert.Equal(ErrorCode.ConfigurationNotFound, error.Code);
    }

    private static void Check(string yaml, int line, string message, string hint)
    {
        var error = Assert.Throws<LitestreamException>(() => new ConfigurationReader { CurrentFolder = "/", FindVariable = _ => null }.Read(yaml, "f.yml"));

        Assert.Equal((ErrorCode.InvalidConfiguration, "f.yml"), (error.Code, error.Target));
        Assert.StartsWith($"f.yml, line {line}: ", error.Message, StringComparison.Ordinal);
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Contains(hint, error.Hint, StringComparison.Ordinal);
        Assert.DoesNotContain("hidden", error.Message + error.Hint, StringComparison.Ordinal);
    }
}
