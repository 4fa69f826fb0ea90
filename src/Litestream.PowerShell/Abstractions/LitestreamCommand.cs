using System.ComponentModel;
using System.Management.Automation;
using Litestream.Engine;
using Litestream.PowerShell.Errors;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets: waits for the engine on the pipeline's thread, stops it with the pipeline, and turns its
/// failures into error records.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class LitestreamCommand : PSCmdlet, IDisposable
{
    private protected const string PathSet = "Path";
    private protected const string LiteralPathSet = "LiteralPath";
    private protected const string ConfigSet = "Config";

    private protected static readonly TimeSpan s_progressInterval = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _stopping = new();

    internal static EngineEnvironment Environment { get; } = new();

    internal CancellationToken PipelineStop => _stopping.Token;

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

    internal T Await<T>(Func<CancellationToken, Task<T>> work) => work(PipelineStop).GetAwaiter().GetResult();

    /// <summary>Waits for work that tells how far it is, and shows that now and then.</summary>
    private protected T WaitWithProgress<T>(Func<CancellationToken, Task<T>> work, Func<ProgressRecord> progress, ProgressRecord completed)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(PipelineStop);
        // on another thread: what reads a folder never waits, and would keep this one until it is done
        var running = Task.Run(() => work(abort.Token), CancellationToken.None);
        try
        {
            while (Task.WaitAny([running], s_progressInterval) < 0) WriteProgress(progress());
            WriteProgress(completed);
        }
        finally
        {
            // a writer that throws (a stopped pipeline, -ErrorAction Stop) must not leave the work running behind it
            if (!running.IsCompleted) abort.Cancel();
            Task.WaitAny([running], CancellationToken.None);
        }

        return running.GetAwaiter().GetResult();
    }

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
    internal void Try(object? target, Action work)
    {
        try
        {
            work();
        }
        catch (OperationCanceledException) when (Stopping)
        {
            throw new PipelineStoppedException();
        }
        catch (Exception exception) when (exception is IContainsErrorRecord and not RuntimeException)
        {
            // PowerShell's own, such as that nobody can be asked
            WriteError(((IContainsErrorRecord)exception).ErrorRecord);
        }
        catch (Exception exception) when (exception is not (PipelineStoppedException or RuntimeException or FlowControlException))
        {
            WriteError(exception.ToRecord(target));
        }
    }

    /// <summary>The full path of a file or folder that need not exist.</summary>
    internal string ResolvePath(string path)
    {
        var full = SessionState.Path.GetUnresolvedProviderPathFromPSPath(path, out var provider, out _);
        return provider.Name == "FileSystem" ? full : throw NotFileSystem(path);
    }

    private protected static LitestreamException NotFileSystem(string path) => new(
        ErrorTable.NotFileSystemPath, $"'{path}' is not a path of the file system.", path, "Give the path of a file or folder.");
}
