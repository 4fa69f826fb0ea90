using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;

namespace Litestream.Engine.Tests.Restore;

/// <summary>A database that was replicated and has changed since, to be replaced by a restore.</summary>
public abstract class ReplacementTests : IDisposable
{
    private protected TestDatabase Database { get; } = new();

    private protected byte[] Replicated { get; private set; } = [];

    public void Dispose()
    {
        Database.Dispose();
        GC.SuppressFinalize(this);
    }

    // replicates, changes what is not replicated, and ends the application; gives the changed state
    private protected async Task<byte[]> ReplicateAndChangeAsync()
    {
        Database.App.Insert(20);
        await using (var replication = RunningReplication.Start(Database))
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        Replicated = await RunningReplication.RestoreAsync(Database);
        foreach (var file in Left("restored-")) File.Delete(file);
        Database.App.Insert(5);
        var changed = Database.App.Image();
        Database.CloseApp();
        return changed;
    }

    private protected async Task<string> CopyAsync(string name, Action change)
    {
        Database.ReopenApp();
        change();
        foreach (var suffix in new[] { "", "-wal" }) await CopyOneAsync(Database.Path + suffix, Database[name] + suffix);
        return Database[name];

        static async Task CopyOneAsync(string from, string to)
        {
            await using var source = new FileStream(from, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            await using var target = File.Create(to);
            await source.CopyToAsync(target);
        }
    }

    private protected async Task<RestoreResult> RestoreAsync(
        string? destination = null, ExistingDatabase existing = ExistingDatabase.Keep, EngineEnvironment? environment = null)
    {
        await using var client = RunningReplication.Folder(Database["replica"]);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        return await new Restorer(environment ?? new()).RestoreAsync(client, plan, destination ?? Database.Path, new() { Existing = existing }, null, default);
    }

    private protected static byte[] Read(string path)
    {
        using var app = Application.Open(path);
        return app.Image();
    }

    private protected List<string> Left(params string[] parts) =>
        [.. Directory.GetFiles(Path.GetDirectoryName(Database.Path)!).Where(f => Array.Exists(parts, p => f.Contains(p, StringComparison.Ordinal)))];
}
