using System.Text;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>However a secret is given, nothing that the module says or leaves holds it: no object, stream, error, log, report, file of the metadata folder or note in the
/// replica.</summary>
public sealed class SecretTests : IAsyncLifetime, IDisposable
{
    private const string Secret = "Marker-Of-The-Secret-4711";

    /// <summary>Shows all there is of whatever comes out of any stream.</summary>
    private const string Prelude = """
        $endpoint, $secret, $folder, $configuration = $args
        $env:TMPDIR = "$folder/tmp"
        $env:LITESTREAM_RUN_FOLDER = "$folder/run"
        $text = [securestring]::new(); foreach ($c in $secret.ToCharArray()) { $text.AppendChar($c) }
        $database, $restored = "$folder/app.db", "$folder/restored.db"
        function Show { process {
            "$_"
            foreach ($p in $_.PSObject.Properties) { try { "$($p.Name)=$($p.Value)"; foreach ($v in $p.Value) { foreach ($q in $v.PSObject.Properties) { "$($q.Name)=$($q.Value)" } } } catch { "$($p.Name) can't be read" } }
            if ($_ -is [System.Management.Automation.ErrorRecord]) { $_.Exception.ToString(); "$($_.TargetObject) $($_.ErrorDetails) $($_.ScriptStackTrace)" }
        } }
        $DebugPreference = $VerbosePreference = $InformationPreference = 'Continue'
        """;

    /// <summary>All that a replica can be asked.</summary>
    private const string Tour = """
        Sync-LitestreamDatabase $database; Get-LitestreamReplication; Get-LitestreamReplication | Stop-LitestreamReplication; Receive-Job $job; $job
        Get-LitestreamGeneration @replica; Get-LitestreamSnapshot @replica; Get-LitestreamWalSegment @replica; Get-LitestreamRestorePoint @replica; Test-LitestreamReplica @replica
        Test-LitestreamBackup @replica; Restore-LitestreamDatabase @replica -Destination $restored
        Get-LitestreamReplication | Export-LitestreamReport "$folder/none.json"; Test-LitestreamBackup @replica | Export-LitestreamReport "$folder/report.html"
        Remove-LitestreamGeneration @replica -Retention 7d -WhatIf
        """;

    private readonly TemporaryFolder _folder = new();
    private MotoProcess? _store;

    public async Task InitializeAsync()
    {
        _store = await MotoProcess.TryStartAsync();
        if (_store is null) return;
        using var http = new HttpClient();
        (await http.PutAsync(new Uri(_store.Endpoint, "/bucket"), null)).EnsureSuccessStatusCode();
        Directory.CreateDirectory(_folder["tmp"]);
        Application.Create(_folder["app.db"]);
        Application.Write(_folder["app.db"], commits: 5);
    }

    public Task DisposeAsync() => Task.CompletedTask;

    public void Dispose()
    {
        _store?.Dispose();
        _folder.Dispose();
    }

    [SkippableTheory]
    [InlineData("parameter", "$replica = @{ Replica = New-LitestreamReplica s3://bucket/app -Endpoint $endpoint -Credential ([pscredential]::new('KEY', $text)) -SessionToken $text }; $replica.Replica; "
        + "$job = Start-LitestreamReplication $database $replica.Replica;")]
    [InlineData("environment", "$env:LITESTREAM_ACCESS_KEY_ID = 'KEY'; $env:LITESTREAM_SECRET_ACCESS_KEY = $secret; $replica = @{ Replica = 's3://bucket/app'; Endpoint = $endpoint }; "
        + "$job = Start-LitestreamReplication $database @replica;")]
    [InlineData("configuration", "$replica = @{ ConfigPath = $configuration; Database = $database }; Get-LitestreamDatabase -ConfigPath $configuration; (Get-LitestreamDatabase -ConfigPath $configuration).Replicas; "
        + "Test-LitestreamEnvironment -ConfigPath $configuration; $job = Start-LitestreamReplication -ConfigPath $configuration;")]
    public async Task A_secret_that_works_is_nowhere(string way, string begin)
    {
        var text = Run(begin + Tour);
        Assert.Contains("s3://bucket/app", text, StringComparison.Ordinal);
        Assert.True(File.Exists(_folder["restored.db"]), $"{way}: {text}");
        await AssertNowhereAsync(text);
    }

    [SkippableFact]
    public async Task A_secret_in_a_place_where_none_belongs_is_not_repeated()
    {
        File.WriteAllText(_folder["wrong.yml"], $"dbs: [{{path: '{_folder["app.db"]}', replicas: [{{url: 's3://KEY:{Secret}@bucket/x'}}]}}]");
        File.WriteAllText(_folder["list.yml"], $"dbs: [{{path: '{_folder["app.db"]}', replicas: [{{url: 's3://bucket/x', access-key-id: KEY, secret-access-key: [{Secret}]}}]}}]");
        File.WriteAllText(_folder["half.yml"], $"secret-access-key: {Secret}\ndbs: [{{path: '{_folder["app.db"]}', replicas: [{{url: 's3://bucket/x'}}]}}]");
        var text = Run("""
            Get-LitestreamGeneration "s3://KEY:$secret@bucket/x"; Start-LitestreamReplication $database "s3://KEY:$secret@bucket/x"; New-LitestreamReplica s3://bucket/x -Endpoint "http://KEY:$secret@localhost:1"
            Get-LitestreamGeneration "sftp://KEY:$secret@host/x"; Find-LitestreamReplica "s3://KEY:$secret@bucket"; Test-LitestreamEnvironment $database "s3://KEY:$secret@bucket/x"
            Get-LitestreamDatabase -ConfigPath "$folder/wrong.yml"; Get-LitestreamDatabase -ConfigPath "$folder/list.yml"; Get-LitestreamDatabase -ConfigPath "$folder/half.yml"
            $c = [pscredential]::new('KEY', $text); Get-LitestreamGeneration s3://never-was/x -Endpoint $endpoint -Credential $c; Test-LitestreamEnvironment $database s3://never-was/x -Endpoint $endpoint -Credential $c
            Get-LitestreamGeneration s3://bucket/x -Endpoint http://127.0.0.1:1 -Credential $c
            """);
        Assert.Contains("ReplicaUrlInvalid", text, StringComparison.Ordinal);
        Assert.Contains("never-was", text, StringComparison.Ordinal);
        await AssertNowhereAsync(text);
    }

    private string Run(string body)
    {
        Skip.If(_store is null, "moto_server is not here");
        File.WriteAllText(_folder["litestream.yml"],
            $"dbs: [{{path: '{_folder["app.db"]}', replicas: [{{url: 's3://bucket/app', endpoint: '{_store.Endpoint}', access-key-id: KEY, secret-access-key: {Secret}}}]}}]");
        var (_, output, errors) = OtherProcess.Run($"{Prelude}\n& {{ {body} }} *>&1 | Show", _store.Endpoint.AbsoluteUri, Secret, _folder.Path, _folder["litestream.yml"]);
        return string.Join('\n', output) + errors;
    }

    private async Task AssertNowhereAsync(string text)
    {
        AssertNot(Encoding.UTF8.GetBytes(text), "what was shown");
        foreach (var file in Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories).Where(f => !f.EndsWith(".yml", StringComparison.Ordinal)))
            AssertNot(await File.ReadAllBytesAsync(file), file);
        using var http = new HttpClient();
        foreach (var note in new[] { "litestream-ps.head", "litestream-ps.lease" })
            AssertNot(await (await http.GetAsync(new Uri(_store!.Endpoint, $"/bucket/app/{note}"))).Content.ReadAsByteArrayAsync(), note);
    }

    private static void AssertNot(byte[] bytes, string where)
    {
        foreach (var form in new[] { Encoding.UTF8, Encoding.Unicode })
            Assert.False(bytes.AsSpan().IndexOf(form.GetBytes(Secret)) >= 0, $"the secret is in {where}: {Around(bytes, form)}");
    }

    private static string Around(byte[] bytes, Encoding form)
    {
        var at = bytes.AsSpan().IndexOf(form.GetBytes(Secret));
        return at < 0 ? "" : form.GetString(bytes[Math.Max(0, at - 400)..Math.Min(bytes.Length, at + 100)]);
    }
}
