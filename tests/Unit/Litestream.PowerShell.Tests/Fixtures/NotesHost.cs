using Litestream.PowerShell.Tests.Hosting;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>A module host with the notes replica in the folder 'replica' of its location.</summary>
public sealed class NotesHost : IDisposable
{
    private int _restores;

    /// <summary>Lays the replica out.</summary>
    public NotesHost() => NotesReplica.CopyTo(Host.Folder["replica"]);

    internal ModuleHost Host { get; } = new();

    /// <summary>A name for a restored database that is not taken.</summary>
    internal string NewName() => $"restored{Interlocked.Increment(ref _restores)}.db";

    /// <inheritdoc/>
    public void Dispose() => Host.Dispose();
}
