using System.ComponentModel;
using System.Management.Automation;
using System.Runtime.Loader;
using Litestream.Engine;
using Litestream.Engine.Sqlite;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Loading;
using Litestream.PowerShell.Replications;

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
    private long _shownAt;

    internal static EngineEnvironment Environment { get; } = CreateEnvironment();

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
    /// <param name="work">The work.</param>
    /// <param name="view">What there is to see of it.</param>
    private protected T WaitWithProgress<T>(Func<CancellationToken, Task<T>> work, ProgressView view)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(PipelineStop);
        // on another thread: what reads a folder never waits, and would keep this one until it is done
        var running = Task.Run(() => work(abort.Token), CancellationToken.None);
        try
        {
            Show(running, view);
            view.End(WriteProgress);
        }
        finally
        {
            // a writer that throws (a stopped pipeline, -ErrorAction Stop) must not leave the work running behind it
            if (!running.IsCompleted) abort.Cancel();
            Task.WaitAny([running], CancellationToken.None);
        }

        return running.GetAwaiter().GetResult();
    }

    /// <summary>Waits for one item after the other, and shows how far it is now and then.</summary>
    /// <param name="source">Where they come from. Other threads may ask for them, one at a time.</param>
    /// <param name="view">What there is to see of that.</param>
    private protected IEnumerable<T> Enumerate<T>(IAsyncEnumerable<T> source, ProgressView view)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(PipelineStop);
        var items = source.GetAsyncEnumerator(abort.Token);
        try
        {
            while (true)
            {
                var next = Task.Run(() => items.MoveNextAsync().AsTask(), CancellationToken.None);
                try
                {
                    Show(next, view);
                }
                finally
                {
                    // as above; and it may not be disposed meanwhile
                    if (!next.IsCompleted) abort.Cancel();
                    Task.WaitAny([next], CancellationToken.None);
                }

                if (!next.GetAwaiter().GetResult()) break;
                yield return items.Current;
            }

            view.End(WriteProgress);
        }
        finally
        {
            items.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>Shows how far work is, an interval after it has begun or was shown last, until it has ended.</summary>
    private void Show(Task work, ProgressView view)
    {
        while (true)
        {
            var (shown, began) = (Environment.Time.GetElapsedTime(_shownAt), view.Elapsed);
            var left = s_progressInterval - (shown < began ? shown : began);
            if (left <= TimeSpan.Zero)
            {
                view.Show(WriteProgress);
                (_shownAt, left) = (Environment.Time.GetTimestamp(), s_progressInterval);
            }

            if (Task.WaitAny([work], left) == 0) return;
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
        catch (OperationCanceledException) when (ProcessShutdown.IsUnderWay)
        {
            throw ProcessShutdown.HoldScript();
        }
        catch (Exception exception) when (exception is SessionStateException or (IContainsErrorRecord and not RuntimeException))
        {
            // PowerShell's own, such as that nobody can be asked, or that a path is of a drive that is not there
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

    private static EngineEnvironment CreateEnvironment()
    {
        // what was loaded apart has brought its own native library
        SqliteLibrary.IsOwn = AssemblyLoadContext.GetLoadContext(typeof(SqliteLibrary).Assembly) is EngineLoadContext;
        return new();
    }
}
