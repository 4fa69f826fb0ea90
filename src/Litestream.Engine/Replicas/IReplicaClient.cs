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

    /// <summary>Stores an object under its final name only when it is complete and durable; an object of that name is replaced.</summary>
    /// <param name="key">The object.</param>
    /// <param name="content">The bytes, read from the present position to the end; seekable, with a known length.</param>
    /// <param name="time">The time the object shall carry; see <see cref="ReplicaObject.Time"/>.</param>
    /// <param name="cancellationToken">Ends the upload; nothing is visible then.</param>
    Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken);

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
