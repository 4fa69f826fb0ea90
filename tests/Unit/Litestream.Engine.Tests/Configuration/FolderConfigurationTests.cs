using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class FolderConfigurationTests
{
    [Fact]
    public void Folder_is_read_with_what_is_said_of_its_databases()
    {
        var folder = Assert.Single(Read("""
            dbs:
              - dir: data
                pattern: "*.db"
                recursive: true
                watch: true
                min-checkpoint-page-count: 7
                replica: {path: /backup, retention: 48h}
            """).Folders);

        Assert.Equal(("/srv/data", "**/*.db", true), (folder.Path, folder.Pattern, folder.IsWatched));
        var database = folder.Describe("/srv/data/one/two.db");
        Assert.Equal(("/srv/data/one/two.db", "/backup/one/two.db", 7, 48.0), (database.Path, database.Replicas[0].Url, database.CheckpointPageCount, database.Retention!.Value.TotalHours));
        Assert.Null(database.MetadataPath);
    }

    [Theory]
    [InlineData("{dir: /data, pattern: '*.db'}", "/data", "*.db", false)]
    [InlineData("{path: '/data/*.db'}", "/data", "*.db", true)]
    [InlineData("{path: '/data/*/app-?.db'}", "/data", "*/app-?.db", true)]
    [InlineData("{path: 'tenants/**/app.db'}", "/srv/tenants", "**/app.db", true)]
    [InlineData("{path: '*.db'}", "/srv", "*.db", true)]
    [InlineData("{path: '/*.db'}", "/", "*.db", true)]
    [InlineData("{path: 'sqlite3:///data/*.db'}", "/data", "*.db", true)]
    public void Wildcards_are_a_watched_folder(string entry, string path, string pattern, bool isWatched)
    {
        var folder = Assert.Single(Read($"dbs: [{entry[..^1]}, replica: {{path: /r}}}}]").Folders);

        Assert.Equal((path, pattern, isWatched), (folder.Path, folder.Pattern, folder.IsWatched));
    }

    [Theory]
    [InlineData("meta-path: /meta", "/meta/one/.two.db-litestream-ps")]
    [InlineData("meta-dir: /meta", "/meta/one/two.db-litestream-ps")]
    public void Metadata_folders_have_their_relative_paths(string key, string expected) => Assert.Equal(expected,
        Read($"dbs: [{{dir: /data, pattern: '*', recursive: true, {key}, replica: {{path: /r}}}}]").Folders[0].Describe("/data/one/two.db").MetadataPath);

    [Theory]
    [InlineData("url: 's3://bucket/p/'", "s3://bucket/p/one/two.db")]
    [InlineData("url: 's3://bucket'", "s3://bucket/one/two.db")]
    [InlineData("type: s3, bucket: bucket, path: p", "s3://bucket/p/one/two.db")]
    [InlineData("url: 's3://bkt.localhost:9000/p'", "s3://bkt.localhost:9000/p/one/two.db")]
    public void Replicas_in_s3_have_their_relative_paths(string replica, string expected)
    {
        var folder = Read($"dbs: [{{dir: /data, pattern: '*', recursive: true, replica: {{{replica}}}}}]").Folders[0];

        Assert.Equal(expected, folder.Describe("/data/one/two.db").Replicas[0].Url);
        Assert.Equal(ErrorCode.InvalidArgument, Assert.Throws<LitestreamException>(() => folder.Describe("/data/what?.db")).Code);
    }

    [Theory]
    [InlineData("/data/a.db", true)]
    [InlineData("/data/sub/a.db", true)]
    [InlineData("/database/a.db", false)]
    [InlineData("/data/named.db", false)]
    [InlineData("/data/a.db-wal", false)]
    [InlineData("/data/a.db-shm", false)]
    [InlineData("/data/a.db-journal", false)]
    [InlineData("/data/a.db.before-restore-20260501T120000Z", false)]
    [InlineData("/data/a.db.before-restore-20260501T120000Z-2", false)]
    [InlineData("/data/a.db.undone-20260501T120000Z", false)]
    [InlineData("/data/a.db.restore-0123abcd", false)]
    public void Folder_of_a_database_is_told_by_its_name(string path, bool isOne) => Assert.Equal(isOne, Read("""
        dbs:
          - {path: /data/named.db, replica: {path: /r}}
          - {dir: /data, pattern: '*', recursive: true, replica: {path: /s}}
        """).FolderOf(path) is not null);

    [Fact]
    public void First_of_several_folders_has_a_database()
    {
        var configuration = Read("""
            dbs:
              - {dir: /data, pattern: '*.db', replica: {path: /r}}
              - {dir: /data, pattern: '*', replica: {path: /r}}
            """);

        Assert.Same(configuration.Folders[0], configuration.FolderOf("/data/a.db"));
        Assert.Same(configuration.Folders[1], configuration.FolderOf("/data/a.sqlite"));
    }

    private static LitestreamConfiguration Read(string yaml) => new ConfigurationReader { CurrentFolder = "/srv" }.Read(yaml, "f.yml");
}
