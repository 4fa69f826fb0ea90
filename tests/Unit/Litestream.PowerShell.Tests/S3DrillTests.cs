using System.Collections.Concurrent;
using System.Security.Cryptography;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Drills of a replica in S3, and that they write to none.</summary>
public sealed class S3DrillTests : ReplicationTests, IAsyncLifetime
{
    private readonly ConcurrentQueue<string> _requests = new();
    private S3Store? _store;

    public async Task InitializeAsync()
    {
        _store = await S3Store.TryStartAsync();
        if (_store is null) return;
        _store.Way.Decide = request =>
        {
            _requests.Enqueue(request);
            return Fault.None;
        };
    }

    public async Task DisposeAsync()
    {
        StopAll();
        if (_store is not null) await _store.DisposeAsync();
    }

    [SkippableTheory]
    [InlineData("Test-LitestreamBackup s3://bucket/app @store", "Passed")]
    [InlineData("Test-LitestreamBackup s3://bucket/app ./app.db @store", "Passed")]
    [InlineData("1..4 | ForEach-Object { Test-LitestreamBackup s3://bucket/app -RandomPoint @store }", "Passed")]
    [InlineData("Test-LitestreamBackup s3://bucket/app -AssertSql 'SELECT 0' @store", "Failed")]
    [InlineData("Test-LitestreamBackup s3://bucket/app -MaxSize 1KB @store", "Skipped")]
    [InlineData("Test-LitestreamBackup s3://bucket/none @store", "Failed")]
    [InlineData("Test-LitestreamReplica s3://bucket/app -Path ./app.db @store", "Passed")]
    public void Drill_of_a_replica_in_S3_only_reads(string script, string verdict)
    {
        Replicate();

        var result = Run(script);

        Assert.NotEmpty(result.Output);
        Assert.All(result.Output, d => Assert.Equal(verdict, d.Value<string>("Result")));
        Assert.NotEmpty(_requests);
        Assert.All(_requests, r => Assert.True(r.StartsWith("GET ", StringComparison.Ordinal) || r.StartsWith("HEAD ", StringComparison.Ordinal), r));
    }

    [SkippableFact]
    public void A_fleet_is_found_below_a_prefix_restored_and_reported()
    {
        Skip.If(_store is null, "moto_server is not here");
        string[] names = ["shop/orders.db", "shop/stock", "notes.sqlite"];
        foreach (var name in names)
        {
            Application.Write(Database, commits: 3);
            Run($"Sync-LitestreamDatabase ./app.db s3://bucket/all/{name} -MetadataPath './meta/{name}' @store").Succeeded();
        }

        _requests.Clear();
        var found = Run("Find-LitestreamReplica s3://bucket/all @store").Succeeded();
        Assert.Equal(names.Order(StringComparer.Ordinal), found.Select(f => f.Value<string>("RelativePath")).Order(StringComparer.Ordinal));
        var restored = Run("Find-LitestreamReplica s3://bucket/all @store | Restore-LitestreamDatabase -Destination ./dr/ -ThrottleLimit 8").Succeeded();
        Assert.Equal(3, restored.Count);
        Assert.All((string[])["dr/shop/orders.db", "dr/shop/stock.db", "dr/notes.sqlite"], f => Assert.True(File.Exists(Host.Folder[f]), f));
        Run("Find-LitestreamReplica s3://bucket/all @store | Test-LitestreamBackup | Export-LitestreamReport ./report.json -Format Json -Replica (Find-LitestreamReplica s3://bucket/all @store).Replica").Succeeded();
        Assert.All(_requests, r => Assert.True(r.StartsWith("GET ", StringComparison.Ordinal) || r.StartsWith("HEAD ", StringComparison.Ordinal), r));

        using var report = System.Text.Json.JsonDocument.Parse(File.ReadAllBytes(Host.Folder["report.json"]));
        var replicas = report.RootElement.GetProperty("replicas").EnumerateArray().ToList();
        Assert.Equal(3, replicas.Count);
        Assert.All(replicas, r =>
        {
            Assert.Equal("Passed", Assert.Single(r.GetProperty("drills").EnumerateArray()).GetProperty("result").GetString());
            var generation = Assert.Single(r.GetProperty("generations").EnumerateArray());
            Assert.Equal((1, 0), (generation.GetProperty("windows").GetArrayLength(), generation.GetProperty("gaps").GetArrayLength()));
        });
    }

    [SkippableFact]
    public void The_end_of_a_replica_in_S3_is_proven_by_its_head()
    {
        Replicate();

        Assert.Equal("Proven", Assert.Single(Run("Test-LitestreamReplica s3://bucket/app @store").Succeeded()).Value<string>("EndProof"));
    }

    [SkippableFact]
    public void Drill_compares_with_a_live_database_that_is_replicated_to_S3()
    {
        Replicate();
        Run("Start-LitestreamReplication ./app.db s3://bucket/app @store | Out-Null").Succeeded();
        using var writer = Application.StartWriter(Database);
        writer.WaitForCommits(3);

        var drill = Assert.Single(Run("Get-LitestreamReplication | Test-LitestreamBackup @store").Succeeded());

        Assert.Equal(("Passed", "Passed"), (drill.Value<string>("Result"), drill.Value<string>("ComparisonStatus")));
    }

    [SkippableFact]
    public void Store_that_is_down_proves_nothing_and_lost_objects_prove_damage()
    {
        Replicate();
        _store!.Way.IsDown = true;
        var away = Assert.Single(Run("Test-LitestreamBackup s3://bucket/app -Timeout 10s @store").Succeeded());
        Assert.Equal("Inconclusive", away.Value<string>("Result"));
        _store.Way.IsDown = false;

        using (var http = new HttpClient())
        {
            var key = Run("Get-LitestreamSnapshot s3://bucket/app @store").Succeeded()[0];
            var name = $"/bucket/app/generations/{key.Value<string>("Generation")}/snapshots/{key.Value<int>("Index"):x8}.snapshot.lz4";
            http.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "AWS key:any"); // moto checks no more than that
            http.Send(new(HttpMethod.Delete, new Uri(_store.Endpoint, name))).EnsureSuccessStatusCode();
        }

        var lost = Run("Test-LitestreamBackup s3://bucket/app @store");
        Assert.Equal("Failed", Assert.Single(lost.Output).Value<string>("Result"));
        Assert.Single(lost.Errors);
    }

    [Theory]
    [InlineData("Test-LitestreamBackup ./folder ./app.db -KeepCopy -WorkingDirectory ./work")]
    [InlineData("Test-LitestreamBackup ./folder -RandomPoint")]
    [InlineData("Test-LitestreamReplica ./folder -Path ./app.db")]
    public void Drill_changes_nothing_in_a_folder(string script)
    {
        Application.Write(Database, commits: 5);
        Host.Run("Sync-LitestreamDatabase ./app.db ./folder").Succeeded();
        var before = Fingerprint(Host.Folder["folder"]);

        Host.Run(script).Succeeded();

        Assert.Equal(before, Fingerprint(Host.Folder["folder"]));
    }

    private static IEnumerable<string> Fingerprint(string folder) =>
        [.. new DirectoryInfo(folder).GetFileSystemInfos("*", SearchOption.AllDirectories).OrderBy(f => f.FullName, StringComparer.Ordinal)
            .Select(f => $"{f.FullName} {f.LastWriteTimeUtc:O} {(f is FileInfo file ? Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file.FullName))) : "")}")];

    private void Replicate()
    {
        Skip.If(_store is null, "moto_server is not here");
        Application.Write(Database, commits: 5);
        Run("Sync-LitestreamDatabase ./app.db s3://bucket/app @store").Succeeded();
        Application.Write(Database, commits: 5);
        Run("Sync-LitestreamDatabase ./app.db s3://bucket/app @store").Succeeded();
        _requests.Clear();
    }

    private RunResult Run(string script) => _store!.Run(Host, script);
}
