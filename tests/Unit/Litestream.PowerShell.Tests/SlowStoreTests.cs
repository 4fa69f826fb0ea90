using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Litestream.Servers;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What takes long shows that it gets on, and ends when the pipeline is stopped.</summary>
public sealed class SlowStoreTests : ReplicationTests
{
    private const string All = "";

    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    [SkippableFact]
    public async Task Whatever_waits_for_a_store_shows_what_it_waits_for()
    {
        await using var store = await StartAsync();
        using var open = new ManualResetEventSlim(initialState: true);
        var slow = "";
        store.Way.Decide = request =>
        {
            if (request.Contains(slow, StringComparison.Ordinal)) open.Wait();
            return Fault.None;
        };
        foreach (var (script, activity, what) in (IEnumerable<(string, string, string)>)[
            ("Find-LitestreamReplica s3://bucket @store", "Searching s3://bucket", All),
            ("Get-LitestreamGeneration s3://bucket/app @store", "Reading s3://bucket/app", All),
            ("Get-LitestreamSnapshot s3://bucket/app @store", "Reading s3://bucket/app", All),
            ("Get-LitestreamWalSegment s3://bucket/app @store", "Reading s3://bucket/app", All),
            ("Get-LitestreamRestorePoint s3://bucket/app @store", "Reading s3://bucket/app", All),
            ("Test-LitestreamReplica s3://bucket/app @store", "Reading s3://bucket/app", All),
            ("Test-LitestreamBackup s3://bucket/app @store", "Restoring s3://bucket/app", All),
            ("Test-LitestreamEnvironment -Replica s3://bucket/app @store", "Trying s3://bucket/app", All),
            ("Export-LitestreamReport ./report.json -Format Json -Replica s3://bucket/app -PassThru @store", "Listing s3://bucket/app", All),
            ("Restore-LitestreamDatabase s3://bucket/app ./one.db @store", "Listing s3://bucket/app", All),
            ("Restore-LitestreamDatabase s3://bucket/app ./two.db @store", $"Restoring {Host.Folder["two.db"]}", "snapshot.lz4"),
            ("Sync-LitestreamDatabase ./app.db s3://bucket/app @store", $"Syncing {Database}", All),
            ("Remove-LitestreamGeneration s3://bucket/app -OlderThan '2020-01-01T00:00Z' -Confirm:$false -Verbose @store 4>&1", "Listing s3://bucket/app", All),
            ("Get-LitestreamGeneration s3://bucket/app @store | Remove-LitestreamGeneration -Force -Confirm:$false @store", "Deleting from s3://bucket/app", "POST ")])
        {
            slow = what;
            open.Reset();
            using var shell = store.Create(Host, script);
            var output = new PSDataCollection<PSObject>();
            var run = shell.BeginInvoke<PSObject, PSObject>(input: null, output);
            WaitFor(() => shell.Streams.Progress.ToList().Exists(p => p.Activity == activity), $"{script} shows {activity}");
            open.Set();
            Assert.True(run.AsyncWaitHandle.WaitOne(s_limit), script);
            shell.EndInvoke(run);

            Assert.Empty(shell.Streams.Error);
            Assert.True(output.Count > 0, script);
            Assert.Contains(shell.Streams.Progress, p => p.Activity == activity && p.RecordType == ProgressRecordType.Completed);
        }
    }

    [SkippableFact]
    public async Task A_sync_that_somebody_stops_says_so()
    {
        await using var store = await StartAsync();
        using var open = new ManualResetEventSlim();
        store.Way.Decide = request =>
        {
            if (request.StartsWith("PUT ", StringComparison.Ordinal)) open.Wait();
            return Fault.None;
        };
        using var shell = store.Create(Host, "Sync-LitestreamDatabase ./app.db s3://bucket/app @store");
        var run = shell.BeginInvoke();
        WaitFor(() => shell.Streams.Progress.ToList().Exists(p => p.Activity == $"Syncing {Database}"), "syncs");

        using (var other = new ModuleHost()) other.Run("Stop-LitestreamReplication $args[0]", Database);

        Assert.True(run.AsyncWaitHandle.WaitOne(s_limit));
        open.Set();
        Assert.Equal(["ReplicationEnded"], shell.Streams.Error.Select(e => e.FullyQualifiedErrorId.Split(',')[0]));
    }

    [SkippableFact]
    public async Task Who_waits_for_another_process_sees_what_it_ships()
    {
        await using var store = await StartAsync();
        using var open = new ManualResetEventSlim();
        using var other = store.Replicate(Database);
        WaitUntil("$r = Get-LitestreamReplication; $r.ReplicaPosition -and $r.ReplicaPosition -eq $r.Position");
        store.Way.Decide = request =>
        {
            if (request.StartsWith("PUT ", StringComparison.Ordinal)) open.Wait();
            return Fault.None;
        };
        Application.Write(Database, commits: 3);
        using var shell = Host.Create("Sync-LitestreamDatabase ./app.db");

        var run = shell.BeginInvoke();

        WaitFor(() => shell.Streams.Progress.ToList().Exists(p => p.StatusDescription.StartsWith("Shipping, ", StringComparison.Ordinal)), "shows what is shipped");
        open.Set();
        Assert.True(run.AsyncWaitHandle.WaitOne(s_limit));
        Assert.Empty(shell.Streams.Error);
        store.Way.Decide = _ => Fault.None;
        StopAll();
        Assert.Equal(0, other.WaitForEnd().ExitCode);
    }

    [SkippableFact]
    public async Task Whatever_waits_for_a_store_that_never_answers_ends_with_the_pipeline()
    {
        await using var store = await StartAsync();
        var asked = new ManualResetEventSlim();
        store.Way.Decide = _ =>
        {
            asked.Set();
            return Fault.Hang;
        };
        foreach (var script in (string[])[
            "Find-LitestreamReplica s3://bucket @store",
            "Get-LitestreamGeneration s3://bucket/app @store",
            "Test-LitestreamReplica s3://bucket/app @store",
            "Test-LitestreamBackup s3://bucket/app @store",
            "Test-LitestreamEnvironment -Replica s3://bucket/app @store",
            "Export-LitestreamReport ./report.json -Format Json -Replica s3://bucket/app @store",
            "Restore-LitestreamDatabase s3://bucket/app ./copy.db @store",
            "Sync-LitestreamDatabase ./app.db s3://bucket/app @store",
            "Start-LitestreamReplication ./app.db s3://bucket/app -Wait @store"])
        {
            asked.Reset();
            using var shell = store.Create(Host, script);
            shell.BeginInvoke();
            Assert.True(asked.Wait(s_limit), script);

            var stop = shell.BeginStop(null, null);

            Assert.True(stop.AsyncWaitHandle.WaitOne(s_limit), script);
            Assert.Equal(PSInvocationState.Stopped, shell.InvocationStateInfo.State);
            Assert.False(File.Exists(Host.Folder["copy.db"]));
        }

        Assert.Empty(Host.Run("Get-LitestreamReplication").Succeeded());
        store.Way.Decide = _ => Fault.None;
        store.Run(Host, "Sync-LitestreamDatabase ./app.db s3://bucket/app @store").Succeeded();
    }

    /// <summary>With a replica in it.</summary>
    private async Task<S3Store> StartAsync()
    {
        var store = await S3Store.TryStartAsync();
        Skip.If(store is null, "moto_server is not here");
        for (var syncs = 0; syncs < 2; syncs++)
        {
            Application.Write(Database, commits: 3);
            store.Run(Host, "Sync-LitestreamDatabase ./app.db s3://bucket/app @store").Succeeded();
        }

        return store;
    }

    private static void WaitFor(Func<bool> condition, string what)
    {
        for (var deadline = Environment.TickCount64 + (long)s_limit.TotalMilliseconds; !condition(); Thread.Sleep(20))
            if (Environment.TickCount64 > deadline) Assert.Fail($"Did not come true: {what}");
    }
}
