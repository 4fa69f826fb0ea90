using Litestream.Engine.Configuration;
using Litestream.Engine.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class ConfigurationReaderTests
{
    private const string Whole = """
        addr: ":9090"
        access-key-id: ROOTKEY
        secret-access-key: rootsecret
        dbs:
          - path: /srv/app.db
            meta-path: /var/meta/app
            monitor-interval: 2s
            checkpoint-interval: 1m
            min-checkpoint-page-count: 500
            max-checkpoint-page-count: 20000
            replicas:
              - name: near
                path: /backup/app
                retention: 72h
                retention-check-interval: 30m
                sync-interval: 1.5s
                snapshot-interval: 12h
                validation-interval: 6h
              - url: s3://bucket/app
                region: eu-central-1
                endpoint: minio.example.com:9000
                force-path-style: false
                access-key-id: OWNKEY
                secret-access-key: ownsecret
        """;

    [Fact]
    public void Every_key_arrives()
    {
        var configuration = Read(Whole);

        var database = Assert.Single(configuration.Databases);
        Assert.Equal(("/srv/app.db", "/var/meta/app-ps", 500, 5), (database.Path, database.MetadataPath, database.CheckpointPageCount, database.Line));
        Assert.Equal((TimeSpan.FromSeconds(1), TimeSpan.FromHours(12), TimeSpan.FromHours(72), TimeSpan.FromMinutes(30)),
            (database.SyncInterval, database.SnapshotInterval!.Value, database.Retention!.Value, database.RetentionCheckInterval));
        Assert.Equal([("near", "/backup/app"), ("s3", "s3://bucket/app")], database.Replicas.Select(r => (r.Name, r.Url)));
        var s3 = database.Replicas[1].S3!;
        Assert.Equal(("https://minio.example.com:9000/", "eu-central-1", "OWNKEY", "ownsecret"), (s3.Endpoint!.AbsoluteUri, s3.Region, s3.Credential!.AccessKeyId, s3.Credential.SecretAccessKey));
        Assert.False(s3.Adapt!(new() { UsesPathStyle = true }).UsesPathStyle);
    }

    [Theory]
    [InlineData("line 1: 'addr'")]
    [InlineData("line 7: 'monitor-interval'")]
    [InlineData("line 8: 'checkpoint-interval'")]
    [InlineData("line 10: 'max-checkpoint-page-count'")]
    [InlineData("line 18: 'validation-interval'")]
    [InlineData("line 5: the replicas of this database differ in 'retention'")]
    public void What_has_no_effect_is_told(string warning) =>
        Assert.Contains(Read(Whole).Warnings, w => w.Contains(warning, StringComparison.Ordinal));

    [Fact]
    public void Options_of_the_engine_have_what_the_file_says()
    {
        var options = Read(Whole).Databases[0].ToOptions();

        Assert.Equal(("/srv/app.db", "/var/meta/app-ps", 500, 750, true),
            (options.DatabasePath, options.MetadataPath, options.CheckpointPageCount, options.ForcedCheckpointPageCount, options.WaitForDatabase));
    }

    [Fact]
    public void Defaults_are_the_engines()
    {
        var options = Database("replicas: [{path: /r}]").ToOptions();

        Assert.Equal(new ReplicationOptions { DatabasePath = "/a.db", WaitForDatabase = true }, options);
    }

    [Theory]
    [InlineData("{path: /r, retention: 0s}")]
    [InlineData("{path: /r, retention: -1s}")]
    [InlineData("{path: /r, retention: 0}")]
    public void Retention_of_zero_keeps_all(string replica) => Assert.Null(Database($"replicas: [{replica}]").Retention);

    [Fact]
    public void Of_several_retentions_the_longest_is_taken()
    {
        Assert.Equal(TimeSpan.FromHours(24), Database("replicas: [{name: a, path: /r, retention: 1h}, {path: /s}]").Retention);
        Assert.Null(Database("replicas: [{name: a, path: /r, retention: 0s}, {path: /s}]").Retention);
    }

    [Fact]
    public void Keys_of_later_versions_that_mean_the_same_are_read()
    {
        var configuration = Read("""
            snapshot: {interval: 12h, retention: 48h}
            shutdown-sync-timeout: 90s
            sync-interval: 5s
            region: eu-west-1
            dbs:
              - path: /a.db
                replica: {type: s3, bucket: bucket, path: /p/, storage-class: STANDARD_IA, sse-kms-key-id: k}
              - path: /b.db
                snapshot: {retention: 96h}
                replica: {path: /r}
            """);

        Assert.Equal(TimeSpan.FromSeconds(90), configuration.ShutdownTimeout);
        Assert.Equal([(5, 12, 48), (5, 12, 96)], configuration.Databases.Select(d => ((int)d.SyncInterval.TotalSeconds, (int)d.SnapshotInterval!.Value.TotalHours, (int)d.Retention!.Value.TotalHours)));
        var replica = configuration.Databases[0].Replicas[0];
        Assert.Equal(("s3://bucket/p", "eu-west-1", "STANDARD_IA", "SSE-KMS"), (replica.Url, replica.S3!.Region, replica.S3.StorageClass, replica.S3.Encryption!.ToString()));
    }

    [Theory]
    [InlineData("retention: {enabled: false}", null)]
    [InlineData("retention: {enabled: true}", 24)]
    public void Retention_can_be_turned_off_for_all(string root, int? hours) =>
        Assert.Equal(hours, (int?)Read($"{root}\ndbs: [{{path: /a.db, replicas: [{{path: /r}}]}}]").Databases[0].Retention?.TotalHours);

    [Theory]
    [InlineData("$NAME", "value")]
    [InlineData("a${NAME}b", "avalueb")]
    [InlineData("$NAME/$OTHER", "value/x $ y")]
    public void Variables_are_expanded_once_and_never_as_yaml(string text, string expected) =>
        Assert.Equal($"/home/me/{expected}", Read($"dbs: [{{path: \"~/{text}\", replicas: [{{path: /r}}]}}]").Databases[0].Path);

    [Fact]
    public void Dollars_stay_when_nothing_is_expanded() => Assert.Equal("/$NAME$$",
        new ConfigurationReader { CurrentFolder = "/", FindVariable = null }.Read("dbs: [{path: /$NAME$$, replicas: [{path: /r}]}]", "f.yml").Databases[0].Path);

    [Theory]
    [InlineData("")]
    [InlineData("# nothing\n")]
    [InlineData("dbs:\n")]
    public void Empty_file_names_no_database(string yaml) => Assert.Empty(Read(yaml).Databases);

    [Fact]
    public void Aliases_and_merges_are_followed()
    {
        var databases = Read("""
            dbs:
              - &one
                path: /a.db
                min-checkpoint-page-count: 7
                replicas: [{path: /r}]
              - <<: *one
                path: /b.db
                replicas: [{path: /s}]
            """).Databases;

        Assert.Equal([("/a.db", 7), ("/b.db", 7)], databases.Select(d => (d.Path, d.CheckpointPageCount)));
    }

    private static DatabaseConfiguration Database(string rest) => Read($"dbs:\n  - path: /a.db\n    {rest}").Databases[0];

    private static LitestreamConfiguration Read(string yaml) => new ConfigurationReader
    {
        CurrentFolder = "/srv",
        HomeFolder = "/home/me",
        FindVariable = name => name switch { "NAME" => "value", "OTHER" => "x $ y", _ => null },
    }.Read(yaml, "f.yml");
}
