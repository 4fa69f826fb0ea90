using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas;

/// <summary>A replica whose operations end, one way or the other: one without progress for too long is cancelled and is an error, also
/// where whoever carries it out does not listen. Only when that one has ended does another begin.</summary>
/// <param name="inner">Carries the operations out, on threads of the pool; is disposed.</param>
/// <param name="limit">The longest time without progress.</param>
/// <param name="time">The clock.</param>
internal sealed class PatientReplicaClient(IReplicaClient inner, TimeSpan limit, TimeProvider time) : IReplicaClient
{
    private volatile Task _leftAlone = Task.CompletedTask;
    private volatile bool _isHanging;

    public string Url => inner.Url;

    public bool CostsPerRequest => inner.CostsPerRequest;

    public RequestCounts? Requests => inner.Requests;

    public bool HidesTimes => inner.HidesTimes;

    public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(stop => inner.ListObjectsAsync(prefix, stop), cancellationToken);

    public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
        ListAsync(stop => inner.ListFoldersAsync(prefix, stop), cancellationToken);

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) =>
        RunAsync((_, stop) => inner.GetAsync(key, stop), cancellationToken);

    public Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken) =>
        RunAsync((_, stop) => inner.GetTimeAsync(key, stop), cancellationToken);

    public Task PutAsync(string key, Stream content, DateTimeOffset timeOfObject, CancellationToken cancellationToken) =>
        RunAsync<object?>(async (progress, stop) =>
        {
            var watched = new UploadStream(content, _ => progress());
            await using (watched.ConfigureAwait(false)) await inner.PutAsync(key, watched, timeOfObject, stop).ConfigureAwait(false);
            return null;
        }, cancellationToken);

    public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) =>
        RunAsync((_, stop) => inner.GetVersionedAsync(key, stop), cancellationToken);

    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        RunAsync((_, stop) => inner.TryPutVersionedAsync(key, content, version, stop), cancellationToken);

    public Task TidyAsync(CancellationToken cancellationToken) =>
        RunAsync<object?>(async (_, stop) =>
        {
            await inner.TidyAsync(stop).ConfigureAwait(false);
            return null;
        }, cancellationToken);

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) =>
        RunAsync<object?>(async (_, stop) =>
        {
            await inner.ConfirmAsync(prefix, stop).ConfigureAwait(false);
            return null;
        }, cancellationToken);

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) =>
        RunAsync<object?>(async (_, stop) =>
        {
            await inner.DeleteAsync(keys, stop).ConfigureAwait(false);
            return null;
        }, cancellationToken);

    public ValueTask DisposeAsync() => inner.DisposeAsync();

    private async IAsyncEnumerable<T> ListAsync<T>(
        Func<CancellationToken, IAsyncEnumerable<T>> list, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var items = await RunAsync(async (progress, stop) =>
        {
            var found = new List<T>();
            await foreach (var item in list(stop).ConfigureAwait(false))
            {
                found.Add(item);
                progress();
            }

            return found;
        }, cancellationToken).ConfigureAwait(false);
        foreach (var item in items) yield return item;
    }

    private async Task<T> RunAsync<T>(Func<Action, CancellationToken, Task<T>> operation, CancellationToken cancellationToken)
    {
        await AwaitFormerAsync(cancellationToken).ConfigureAwait(false);
        using var patience = new Patience(limit, time, cancellationToken);
        // not on the caller's thread: what hangs in the system can't be cancelled, only be left alone
        var running = Task.Run(() => operation(patience.Renew, patience.Token), CancellationToken.None);
        try
        {
            return await running.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // what it still fails with is of no interest to anybody
            _leftAlone = running.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            _isHanging = !cancellationToken.IsCancellationRequested;
            if (!_isHanging) throw;
            throw Hangs($"for {limit.InSeconds()}");
        }
    }

    /// <summary>Waits for one that was left alone. Whoever cancels does not wait for its end, which takes a moment: that is no sign of a
    /// store that hangs.</summary>
    private async Task AwaitFormerAsync(CancellationToken cancellationToken)
    {
        if (_leftAlone.IsCompleted) return;
        if (_isHanging) throw Hangs("since the last try");
        using var patience = new Patience(limit, time, cancellationToken);
        try
        {
            await _leftAlone.WaitAsync(patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            _isHanging = true;
            throw Hangs($"for {limit.InSeconds()}");
        }
    }

    private LitestreamException Hangs(string howLong) => new(ErrorCode.Timeout, $"The replica '{Url}' has not answered {howLong}.", Url,
        "Check the connection to it, or the device it is on.");
}
