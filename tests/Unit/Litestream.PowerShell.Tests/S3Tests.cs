using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>The cmdlets with s3:// in the place of a folder.</summary>
public sealed class S3Tests : ReplicationTests, IAsyncLifetime
{
    private const string Secret = "Very-Secret-0815";
    private const string Credential = "[pscredential]::new('KEY', ($args[1] | ConvertTo-SecureText))";

    private MotoProcess? _store;

    public async Task InitializeAsync()
    {
        _store = await MotoProcess.TryStartAsync();
        if (_store is null) return;
        using var http = new HttpClient();
        (await http.PutAsync(new Uri(_store.Endpoint, "/bucket"), null)).EnsureSuccessStatusCode();
        // what ConvertTo-SecureString is in a module that is not here
        Host.Run("function ConvertTo-SecureText { process { $text = [securestring]::new(); foreach ($c in $_.ToCharArray()) { $text.AppendChar($c) }; $text } }").Succeeded();
    }

    public Task DisposeAsync()
    {
        StopAll();
        _store?.Dispose();
        return Task.CompletedTask;
    }

    [SkippableFact]
    public void A_database_is_synced_to_S3_listed_and_restored()
    {
        Application.Write(Database, commits: 5);
        var synced = Assert.Single(Run($"Sync-LitestreamDatabase ./app.db s3://bucket/shop -Endpoint $args[0] -Credential ({Credential}) -Verbose").Succeeded());
        Assert.Equal(["s3://bucket/shop"], synced.Value<IReadOnlyList<string>>("Replica"));

        var listed = Assert.Single(Run($"Get-LitestreamGeneration s3://bucket/shop -Endpoint $args[0] -Credential ({Credential})").Succeeded());
        Assert.Equal(synced.Value<string>("Generation"), listed.Value<string>("Generation"));
        Assert.Equal("s3://bucket/shop", listed.Value<object>("Replica")?.ToString());

        Run($"Get-LitestreamGeneration s3://bucket/shop -Endpoint $args[0] -Credential ({Credential}) | "
            + $"Restore-LitestreamDatabase -Destination ./restored.db -Endpoint $args[0] -Credential ({Credential})").Succeeded();
        Assert.Equal(Application.State(Database), Application.State(Host.Folder["restored.db"]));
    }

    [SkippableFact]
    public void A_job_replicates_to_S3_and_nothing_it_leaves_holds_the_secret()
    {
        Application.Write(Database, commits: 5);
        var result = Run($"$job = Start-LitestreamReplication ./app.db s3://bucket/job -Endpoint $args[0] -Credential ({Credential}) -Verbose; $job; $job | Out-Default; "
            + "Sync-LitestreamDatabase ./app.db | Out-Default; Get-LitestreamReplication | Out-Default; Get-LitestreamReplication; "
            + "Get-LitestreamReplication | Stop-LitestreamReplication; Receive-Job $job -Keep | Out-Default; Receive-Job $job; $job.Command");
        var text = string.Join('\n', result.Succeeded().SelectMany(Describe).Append(result.HostText).Concat(result.Warnings));
        Assert.Contains("s3://bucket/job", text, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, text, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(Host.Folder.Path, "*", SearchOption.AllDirectories))
            Assert.False(File.ReadAllBytes(file).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(Secret)) >= 0, file);
    }

    [SkippableFact]
    public void A_description_replicates_to_several_stores_and_goes_with_what_is_listed_of_it()
    {
        Application.Write(Database, commits: 5);
        var result = Run($"$one = New-LitestreamReplica s3://bucket/one -Endpoint $args[0] -Credential ({Credential}) -StorageClass STANDARD_IA -Tag @{{ Project = 'shop' }}; "
            + $"$two = New-LitestreamReplica s3://bucket/two -Endpoint $args[0] -Credential ({Credential}) -EncryptByStore; "
            + "$one; $one | Out-Default; Sync-LitestreamDatabase ./app.db $one, $two, ./folder | Out-Null; "
            + "Get-LitestreamGeneration $one, $two | Where-Object { $_.Replica -eq 's3://bucket/two' } | Restore-LitestreamDatabase -Destination ./restored.db | Out-Null; "
            + "Get-LitestreamWalSegment $one; Get-LitestreamSnapshot $two");
        var found = result.Succeeded();
        Assert.Equal("s3://bucket/one", found[0].Value<string>("Url"));
        Assert.Equal("KEY", found[0].Value<string>("AccessKey"));
        Assert.Equal("STANDARD_IA", found[0].Value<string>("StorageClass"));
        Assert.Equal("s3://bucket/two", found[^1].Value<object>("Replica")?.ToString());
        Assert.Equal(Application.State(Database), Application.State(Host.Folder["restored.db"]));
        Assert.DoesNotContain(Secret, string.Join('\n', found.SelectMany(Describe)) + result.HostText, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void A_running_replication_tells_its_requests_by_kind()
    {
        Application.Write(Database, commits: 5);
        var counts = Assert.Single(Run($"Start-LitestreamReplication ./app.db s3://bucket/held -Endpoint $args[0] -Credential ({Credential}) | Out-Null; "
            + "Sync-LitestreamDatabase ./app.db | Out-Null; (Get-LitestreamReplication ./app.db).Requests; Stop-LitestreamReplication ./app.db").Succeeded());
        Assert.True(counts.Value<long>("Put") >= 2, counts.ToString());
        string[] kinds = ["Put", "Get", "Head", "List", "Delete"];
        Assert.Equal(counts.Value<long>("Total"), kinds.Sum(counts.Value<long>));
    }

    [Theory]
    [InlineData("New-LitestreamReplica ./folder", "ReplicaUrlInvalid")]
    [InlineData("New-LitestreamReplica s3://", "ReplicaUrlInvalid")]
    [InlineData("New-LitestreamReplica s3://bucket/x -Endpoint ftp://localhost", "InvalidArgument")]
    [InlineData("New-LitestreamReplica s3://bucket/x -Endpoint https://user:pass@localhost", "InvalidArgument")]
    [InlineData("New-LitestreamReplica s3://bucket/x -Timeout 0", "InvalidArgument")]
    [InlineData("New-LitestreamReplica s3://bucket/x -SessionToken ([securestring]::new())", "InvalidArgument")]
    [InlineData("New-LitestreamReplica s3://bucket/x -CustomerKey (1..32) -Endpoint http://minio.example.com", "InvalidArgument")]
    [InlineData("New-LitestreamReplica s3://KEY:secr/et@bucket/x", "ReplicaUrlInvalid")]
    public void A_description_that_makes_no_sense_is_refused(string script, string error) => Assert.Equal(error, Assert.Single(Host.Run(script).ErrorIds));

    [SkippableFact]
    public void A_bucket_that_is_not_there_is_an_error_that_says_so_and_keeps_the_secret()
    {
        var result = Run($"Get-LitestreamGeneration s3://never-was/shop -Endpoint $args[0] -Credential ({Credential})");
        var error = Assert.Single(result.Errors);
        Assert.Equal("ReplicaNotFound", Assert.Single(result.ErrorIds));
        Assert.Contains("never-was", error.Exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, error.Exception + error.ToString() + error.ErrorDetails, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Start-LitestreamReplication ./app.db ./replica -Endpoint http://localhost:1")]
    [InlineData("Start-LitestreamReplication ./app.db s3://one/a, s3://two/b -Region eu-central-1")]
    [InlineData("Get-LitestreamGeneration ./replica -Region eu-central-1")]
    [InlineData("Get-LitestreamGeneration s3://bucket/shop -Endpoint ftp://localhost:1")]
    [InlineData("Get-LitestreamGeneration s3://bucket/shop -Endpoint localhost")]
    public void What_does_not_belong_to_a_replica_is_refused(string script) =>
        Assert.Equal("InvalidArgument", Assert.Single(Host.Run(script).ErrorIds));

    private RunResult Run(string script)
    {
        Skip.If(_store is null, "moto_server is not here");
        return Host.Run(script, _store.Endpoint, Secret);
    }

    private static IEnumerable<string> Describe(PSObject found) =>
        found.Properties.Select(p => $"{p.Name}={Value(p)}").Append(found.ToString());

    private static string Value(PSPropertyInfo property)
    {
        try
        {
            return property.Value is System.Collections.IEnumerable many and not string ? string.Join(' ', many.Cast<object?>()) : $"{property.Value}";
        }
        catch (GetValueException)
        {
            return "";
        }
    }
}
