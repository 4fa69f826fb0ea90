using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>Base of the tests that replicate: a runspace and a database for each test. One at a time, as the module
/// knows the replications of a whole process.</summary>
[Collection("replications")]
public abstract class ReplicationTests : IDisposable
{
    protected ReplicationTests() => Application.Create(Database);

    internal ModuleHost Host { get; } = new();

    internal string Database => Host.Folder["app.db"];

    internal string StateOfRestored()
    {
        var name = $"restored{Guid.NewGuid():n}.db";
        Host.Run("Restore-LitestreamDatabase ./replica $args[0]", name).Succeeded();
        return Application.State(Host.Folder[name]);
    }

    /// <summary>Waits until a script's output is true.</summary>
    internal void WaitUntil(string condition)
    {
        for (var deadline = Environment.TickCount64 + 60_000; Environment.TickCount64 < deadline; Thread.Sleep(50))
            if (Host.Run(condition).Succeeded() is [{ BaseObject: true }]) return;
        Assert.Fail($"Did not come true: {condition}");
    }

    /// <summary>Ends what the test has left; before its store, which a last sync would wait for.</summary>
    internal void StopAll() => Host.Run("Get-LitestreamReplication | Stop-LitestreamReplication; Get-Job | Remove-Job -Force");

    public void Dispose()
    {
        StopAll();
        Host.Dispose();
        GC.SuppressFinalize(this);
    }
}
