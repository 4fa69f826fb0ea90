using System.ComponentModel;
using System.Management.Automation;
using Litestream.Engine;
using Litestream.Engine.Replicas;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets: waits for the engine on the pipeline's thread, stops it with the pipeline, and turns its
/// failures into error records.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class LitestreamCommand : PSCmdlet, IDisposable
{
    private readonly CancellationTokenSource _stopping = new();

    private protected static EngineEnvironment Environment { get; } = new();

    private protected CancellationToken PipelineStop => _stopping.Token;

    /// <inheritdoc/>
    protected override void StopProcessing() => _stopping.Cancel();

    /// <inheritdoc/>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets go of what the cmdlet holds.</summary>
    /// <param name="disposing">False when called by a finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
        if (disposing) _stopping.Dispose();
    }

    private protected T Await<T>(Func<CancellationToken, Task<T>> work) => work(PipelineStop).GetAwaiter().GetResult();

    private protected IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> source)
    {
        var items = source.GetAsyncEnumerator(PipelineStop);
        try
        {
            while (items.MoveNextAsync().AsTask().GetAwaiter().GetResult()) yield return items.Current;
        }
        finally
        {
            items.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Does the work for one item; its failure is an error record and does not end the pipeline.</summary>
    private protected void Try(object? target, Action work)
    {
        try
        {
            work();
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (exception is not (PipelineStoppedException or RuntimeException or FlowControlException))
        {
            WriteError(exception.ToRecord(target));
        }
    }

    private protected void TryWithReplica(string replica, Action<IReplicaClient> work) => Try(replica, () =>
    {
        var client = OpenReplica(replica);
        try
        {
            work(client);
        }
        finally
        {
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    });

    /// <summary>A URL goes to the engine as it is; a path may be one of a PowerShell drive, or relative to its location.</summary>
    private protected IReplicaClient OpenReplica(string replica) => ReplicaClients.Open(
        replica.Contains("://", StringComparison.Ordinal) ? replica : ResolvePath(replica),
        SessionState.Path.CurrentFileSystemLocation.ProviderPath, Environment);

    /// <summary>The full path of a file or folder that need not exist.</summary>
    private protected string ResolvePath(string path)
    {
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? full : throw NotFileSystem(path);
    }

    private protected static LitestreamException NotFileSystem(string path) => new(
        ErrorTable.NotFileSystemPath, $"'{path}' is not a path of the file system.", path, "Give the path of a file or folder.");
}
