using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using Amazon.S3;
using Amazon.S3.Model;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas.S3;

/// <summary>A replica in a bucket of AWS S3 or of a store that speaks its protocol.</summary>
internal sealed class S3ReplicaClient : IReplicaClient
{
    /// <summary>Keys that a store deletes in one request.</summary>
    private const int MaxDeletions = 1000;

    private readonly S3Location _location;
    private readonly S3Connection _connection;
    private readonly S3Requests _requests;
    private readonly S3Failures _failures;
    private readonly S3VersionedObjects _versioned;

    /// <summary>Prepares; nothing is asked yet.</summary>
    /// <param name="location">Where it is.</param>
    /// <param name="settings">What is said of it beside that.</param>
    /// <param name="time">The clock.</param>
    public S3ReplicaClient(S3Location location, S3Settings settings, TimeProvider time)
    {
        _location = location;
        _connection = new(location, settings, time);
        _requests = new(location, settings, _connection.Dialect);
        _failures = new(location, settings.Timeout, time);
        _versioned = new(_requests, _connection.Dialect, _failures, time);
    }

    /// <inheritdoc/>
    public string Url => _location.ToString();

    /// <inheritdoc/>
    public bool CostsPerRequest => true;

    /// <inheritdoc/>
    public RequestCounts? Requests => _connection.Counts;

    /// <inheritdoc/>
    public TimeSpan? ClockDifference => _connection.ClockDifference;

    /// <inheritdoc/>
    public bool HidesTimes => true;

    /// <inheritdoc/>
    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            foreach (var found in page.S3Objects ?? [])
                // a folder that a person made in a console is an object that ends with '/'
                if (found is not { Key: { } key, LastModified: { } time } || !key.StartsWith(_requests.KeyOf(prefix), StringComparison.Ordinal)) throw Strange();
                else if (!key.EndsWith('/')) yield return new(key[_location.Prefix.Length..], found.Size ?? 0, new(time.ToUniversalTime(), TimeSpan.Zero));
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in ListAsync(prefix, cancellationToken).ConfigureAwait(false))
            foreach (var folder in page.CommonPrefixes ?? [])
                yield return folder.Length > _requests.KeyOf(prefix).Length && folder.StartsWith(_requests.KeyOf(prefix), StringComparison.Ordinal) && folder.EndsWith('/')
                    ? folder[_requests.KeyOf(prefix).Length..^1] : throw Strange();
    }

    /// <inheritdoc/>
    public async Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync<Stream>(
                async (client, token) => new S3ObjectStream(client, _requests, key, await client.GetObjectAsync(_requests.Get(key), token).ConfigureAwait(false), _failures),
                "read", key, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (IsMissing(e))
        {
            throw new LitestreamException(ErrorCode.ObjectMissing, $"The replica '{Url}' holds no object '{key}'.", key,
                "Put it back, or restore to a point before it.", e);
        }
    }

    /// <inheritdoc/>
    public async Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            var answer = await AskAsync((client, token) => client.GetObjectMetadataAsync(_requests.Head(key), token), "ask about", key, cancellationToken).ConfigureAwait(false);
            return S3Time.Parse(answer.Metadata[S3Time.Name]);
        }
        catch (LitestreamException e) when (IsMissing(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public async Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var observed = new ObservedStream(content);
        try
        {
            await NamedAsync(
                async () =>
                {
                    var client = await _failures.LimitAsync(_connection.OpenAsync, cancellationToken).ConfigureAwait(false);
                    await new S3Upload(client, _requests, _failures, key, time).RunAsync(observed, cancellationToken).ConfigureAwait(false);
                    return true;
                }, "store", key, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException) when (observed.Failure is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    /// <inheritdoc/>
    public Task TidyAsync(CancellationToken cancellationToken) => AskAsync(
        async (client, token) =>
        {
            await new S3Leftovers(client, _requests).AbortAsync(ObjectKey.Generations, token).ConfigureAwait(false);
            return true;
        }, "look for broken uploads in", null, cancellationToken);

    /// <inheritdoc/>
    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public async Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        foreach (var batch in keys.Chunk(MaxDeletions))
        {
            if (_connection.Dialect.DeletesInBatches) await DeleteTogetherAsync(batch, cancellationToken).ConfigureAwait(false);
            else
                foreach (var key in batch)
                    await AskAsync((client, token) => client.DeleteObjectAsync(_requests.Delete(key), token), "delete", key, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken)
    {
        try
        {
            return await AskAsync((client, token) => _versioned.GetAsync(client, key, token), "read", key, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (IsMissing(e))
        {
            return null;
        }
    }

    /// <inheritdoc/>
    public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
        AskAsync((client, token) => _versioned.TryPutAsync(client, key, content, version, token), "store", key, cancellationToken);

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _connection.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task DeleteTogetherAsync(string[] keys, CancellationToken cancellationToken)
    {
        try
        {
            await AskAsync((client, token) => client.DeleteObjectsAsync(_requests.Delete(keys), token), "delete in", null, cancellationToken).ConfigureAwait(false);
        }
        catch (LitestreamException e) when (e.InnerException is DeleteObjectsException { Response.DeleteErrors: [var first, ..] errors })
        {
            throw new LitestreamException(first.Code == "AccessDenied" ? ErrorCode.ReplicaAccessDenied : ErrorCode.ReplicaUnavailable,
                $"Can't delete '{first.Key}' and {errors.Count - 1} other objects: {first.Code}: {first.Message}.",
                first.Key[_location.Prefix.Length..], "Give the user s3:DeleteObject there, and see whether the bucket locks its objects.", e);
        }
    }

    private async IAsyncEnumerable<ListObjectsV2Response> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = _requests.List(prefix);
        do
        {
            var page = await AskAsync((client, token) => client.ListObjectsV2Async(request, token), "list", null, cancellationToken).ConfigureAwait(false);
            // nothing of this can be told from an empty listing otherwise
            if (page is { Name: null, MaxKeys: null, KeyCount: null, IsTruncated: null }) throw _failures.NoStore();
            yield return page;
            // half a listing must never be taken for all of it
            if (page.IsTruncated == true && (page.NextContinuationToken is null || page.NextContinuationToken == request.ContinuationToken))
                throw new LitestreamException(ErrorCode.ReplicaUnavailable, $"The store of '{Url}' does not tell how its listing goes on.", Url,
                    "It must know ListObjectsV2: see whether there is a newer version of it.");
            request.ContinuationToken = page.IsTruncated == true ? page.NextContinuationToken : null;
        }
        while (request.ContinuationToken is not null);
    }

    private LitestreamException Strange() => new(ErrorCode.ReplicaUnavailable, $"The store of '{Url}' lists what it was not asked for.", Url,
        "It must know ListObjectsV2 with prefix and delimiter: see whether there is a newer version of it.");

    private Task<T> AskAsync<T>(Func<AmazonS3Client, CancellationToken, Task<T>> request, string what, string? key, CancellationToken cancellationToken) =>
        NamedAsync(
            () => _failures.LimitAsync(
                async token => await request(await _connection.OpenAsync(token).ConfigureAwait(false), token).ConfigureAwait(false), cancellationToken),
            what, key, cancellationToken);

    private async Task<T> NamedAsync<T>(Func<Task<T>> request, string what, string? key, CancellationToken cancellationToken)
    {
        try
        {
            return await request().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not LitestreamException && !cancellationToken.IsCancellationRequested)
        {
            // of whatever kind: what the SDK makes of a strange answer is no reason to end the replication
            throw _failures.Wrap(e, what, key);
        }
    }

    private static bool IsMissing(LitestreamException e) => e.InnerException is { } inner && S3Errors.IsMissing(inner);
}
