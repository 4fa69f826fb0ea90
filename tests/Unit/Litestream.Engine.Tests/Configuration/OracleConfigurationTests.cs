using Litestream.Engine.Configuration;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Interop;
using Xunit;

namespace Litestream.Engine.Tests.Configuration;

public sealed class OracleConfigurationTests
{
    /// <summary>What the real Litestream lists of a file, databases and the names of their replicas, we read too.</summary>
    [SkippableTheory]
    [InlineData("dbs: [{path: /a.db, replicas: [{path: /r}]}]")]
    [InlineData("dbs: [{path: /a/../b.db, replicas: [{url: 'file:///r'}]}]")]
    [InlineData("dbs: [{path: '~/a.db', replicas: [{url: 's3://bucket/p'}, {path: /r}]}]")]
    [InlineData("dbs: [{path: rel/a.db, replicas: [{name: near, path: r}]}]")]
    [InlineData("dbs: [{path: $LSTEST_DIR/a.db, replicas: [{type: s3, bucket: bucket, name: '${LSTEST_DIR}'}]}]")]
    [InlineData("access-key-id: k\nsecret-access-key: s\nlogging: {level: error}\ndbs: [{path: /a.db, replicas: [{type: file, url: 's3://bucket/p'}]}]")]
    [InlineData("dbs:\n  - &d {path: /a.db, replicas: [{path: /r, retention: 1h30m, snapshot-interval: 1.5h}]}\n  - {<<: *d, path: /b.db, replicas: [{path: /s}]}")]
    [InlineData("# no database\n")]
    public async Task Databases_are_those_that_litestream_lists(string yaml)
    {
        LitestreamOracle.SkipWhereMissing();
        Environment.SetEnvironmentVariable("LSTEST_DIR", "/made");
        using var folder = new TempFolder();
        var file = Path.Combine(folder.Path, "litestream.yml");
        await File.WriteAllTextAsync(file, yaml);

        var (exitCode, output) = await LitestreamOracle.RunAsync("databases", "-config", file);
        var read = new ConfigurationReader { CurrentFolder = Environment.CurrentDirectory, HomeFolder = HomeOfAccount() }.ReadFile(file);

        Assert.True(exitCode == 0, output);
        var listed = output.Split('\n', StringSplitOptions.RemoveEmptyEntries).SkipWhile(l => !l.StartsWith("path", StringComparison.Ordinal)).Skip(1)
            .Select(l => string.Join(' ', l.Split(' ', StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(listed, read.Databases.Select(d => $"{d.Path} {string.Join(',', d.Replicas.Select(r => r.Name))}"));
    }

    /// <summary>Litestream takes the account's home folder, not that of HOME.</summary>
    private static string HomeOfAccount() =>
        File.ReadLines("/etc/passwd").Select(l => l.Split(':')).First(f => f[0] == Environment.UserName)[5];
}
