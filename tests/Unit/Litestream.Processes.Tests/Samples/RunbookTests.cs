using Litestream.PowerShell.Tests.Fixtures;
using Litestream.Servers;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>samples/AzureAutomation, in a sandbox as small as there.</summary>
public sealed class RunbookTests : ReplicationTests
{
    // what an Automation account has, and a look at what it has not
    private const string Account = """
        function global:Get-AutomationPSCredential { param($Name)
            if ($Name -ne "BackupKey") { return }
            $secret = [securestring]::new()
            foreach ($c in "secret".ToCharArray()) { $secret.AppendChar($c) }
            [pscredential]::new("key", $secret)
        }
        try { [System.Diagnostics.Process]::Start("true") } catch { "no child processes" }

        """;

    [SkippableFact]
    public async Task Runbook_proves_a_replica_in_S3_inside_the_limits()
    {
        using var store = await MotoProcess.TryStartAsync();
        Skip.If(store is null, "moto_server is not here");
        using (var http = new HttpClient()) (await http.PutAsync(new Uri(store.Endpoint, "/bucket"), null)).EnsureSuccessStatusCode();
        Application.Write(Database, commits: 10);
        Host.Run("$secret = [securestring]::new(); foreach ($c in 'secret'.ToCharArray()) { $secret.AppendChar($c) }; "
            + "Sync-LitestreamDatabase ./app.db s3://bucket/app -Endpoint $args[0] -Credential ([pscredential]::new('key', $secret))", store.Endpoint).Succeeded();

        var passed = Run($"-Replica s3://bucket/app -CredentialName BackupKey -Endpoint {store.Endpoint} -Region us-east-1");

        Assert.True(passed.ExitCode == 0, passed.Output + passed.Errors);
        Assert.Contains("no child processes", passed.Output, StringComparison.Ordinal);
        Assert.Contains("Passed", passed.Output, StringComparison.Ordinal);
        Sandbox.AssertSmall(passed);
        Assert.Contains("CouldNotRun: ", Run("-Replica s3://bucket/app -CredentialName None").Errors, StringComparison.Ordinal);
        Assert.Contains("Failed: ", Run($"-Replica s3://bucket/none -CredentialName BackupKey -Endpoint {store.Endpoint} -Region us-east-1").Errors, StringComparison.Ordinal);
        Assert.Contains("Inconclusive: ", Run("-Replica s3://bucket/app -CredentialName BackupKey -Endpoint http://127.0.0.1:1 -Region us-east-1").Errors, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void Runbook_fails_with_its_cause()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        var replica = Host.Folder["replica"];

        Assert.Equal(0, Run($"-Replica {replica} -SamplePercent 50").ExitCode);
        Assert.Contains("CouldNotRun: ", Run($"-Replica {replica} -Module Nothing").Errors, StringComparison.Ordinal);
        Assert.Contains("CouldNotRun: ", Run("-Replica gopher://x").Errors, StringComparison.Ordinal);
        Assert.Contains("Failed: ", Run($"-Replica {replica}-none").Errors, StringComparison.Ordinal);
        foreach (var file in Directory.GetFiles(replica, "*.lz4", SearchOption.AllDirectories)) File.WriteAllBytes(file, []);
        var damaged = Run($"-Replica {replica}");
        Assert.Equal(1, damaged.ExitCode);
        Assert.Contains("Failed: ", damaged.Errors, StringComparison.Ordinal);
    }

    private SampleResult Run(string parameters) => Sandbox.Run(Host.Folder.Path,
        $"{Account}& \"{SampleFile.PathOf("AzureAutomation/Test-AppReplica.ps1")}\" {parameters}; {Sandbox.SayPeak}; {Sandbox.SayTemp}");
}
