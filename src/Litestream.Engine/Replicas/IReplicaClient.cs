namespace Litestream.Engine.Replicas;

/// <summary>
/// A store of objects below one root: the one contract for folders, S3 and whatever follows. Knows keys and bytes, nothing
/// of generations. Safe for concurrent use. Failures are <see cref="Errors.LitestreamException"/> with a Replica… or
/// Object… code, or <see cref="Errors.ErrorCode.DiskFull"/>.
/// </summary>
public interface IReplicaClient : IAsyncDisposable
{
    /// <summary>Where the replica is, as a user would write it; without secrets.</summary>
    string Url { get; }

    /// <summary>Whether each request costs something, as most stores in the cloud charge for it: such a replica is asked nothing
    /// while there is nothing to ship. Others are looked at now and then, so that a replica that was deleted is noticed.</summary>
    bool CostsPerRequest { get; }

    /// <summary>What was asked of such a store so far; null of one that costs nothing.</summary>
    RequestCounts? Requests => null;

    /// <summary>How much later the store's clock was than this machine's when it answered last, to a second; null if it does not tell.</summary>
    TimeSpan? ClockDifference => null;

    /// <summary>Whether <see cref="ReplicaObject.Time"/> of a listing is when the object was stored, and <see cref="GetTimeAsync"/> tells the time
    /// that it was given.</summary>
    bool HidesTimes => false;

    /// <summary>Lists the objects directly below a prefix, in ordinal order of their keys. Objects that are not yet complete
    /// are never listed. Empty if nothing is there.</summary>
    /// <param name="prefix">Ends with '/', or is empty for the root.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Lists the folder names directly below a prefix (without '/'), in ordinal order. Empty if nothing is there.</summary>
    /// <param name="prefix">Ends with '/', or is empty for the root.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Opens an object for reading from its start, forward only.</summary>
    /// <param name="key">The object.</param>
    /// <param name="cancellationToken">Ends the opening.</param>
    /// <returns>The bytes as stored. The caller disposes it.</returns>
    /// <exception cref="Errors.LitestreamException"><see cref="Errors.ErrorCode.ObjectMissing"/> when it is not there.</exception>
    Task<Stream> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>The time that an object was given when it was stored.</summary>
    /// <param name="key">The object.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    /// <returns>Null if that is not known, as of an object that Litestream has stored: then the listing's is the best there is.</returns>
    Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);

    /// <summary>Stores an object under its final name only when it is complete and durable; an object of that name is replaced.</summary>
    /// <param name="key">The object.</param>
    /// <param name="content">The bytes, read from the present position to the end; seekable, with a known length.</param>
    /// <param name="time">The time the object shall carry; see <see cref="ReplicaObject.Time"/>.</param>
    /// <param name="cancellationToken">Ends the upload; nothing is visible then.</param>
    Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken);

    /// <summary>Reads a small object that several may want to write.</summary>
    /// <param name="key">The object.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null if it is not there.</returns>
    Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken);

    /// <summary>Stores such an object, unless somebody else has meanwhile: of several at the same time, one succeeds at most.</summary>
    /// <param name="key">The object.</param>
    /// <param name="content">Its bytes.</param>
    /// <param name="version">The version that is to be replaced; null for none.</param>
    /// <param name="cancellationToken">Ends the storing; it may be done then.</param>
    /// <returns>False if another version is there. That can also be this content: where an answer was lost, it was asked twice.</returns>
    Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken);

    /// <summary>Lets go of what uploads that broke off have left and nobody sees. Only for whoever the replica belongs to.</summary>
    /// <param name="cancellationToken">Ends the search.</param>
    Task TidyAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Makes sure that the objects directly below a prefix survive a power loss, also those of a run that died or failed
    /// while it stored them. Nothing to do for a store that lists no others.</summary>
    /// <param name="prefix">Ends with '/', or is empty for the root.</param>
    /// <param name="cancellationToken">Ends the flushing.</param>
    Task ConfirmAsync(string prefix, CancellationToken cancellationToken);

    /// <summary>Deletes objects; those that are not there count as deleted. When it returns, they do not come back after a power
    /// loss.</summary>
    /// <param name="keys">The objects.</param>
    /// <param name="cancellationToken">Ends the deletion, some may be gone then.</param>
    Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken);
}
