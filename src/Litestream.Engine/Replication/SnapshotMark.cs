using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>Puts the mark beside a snapshot that was stored; see <see cref="ObjectKey.SnapshotMark"/>.</summary>
internal static class SnapshotMark
{
    /// <summary>Stores it, unless the snapshot is an earlier version's and has no seal: a mark promises one.</summary>
    /// <param name="client">The replica.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="index">The snapshot's index.</param>
    /// <param name="snapshot">The snapshot as stored, from its start; stays open.</param>
    /// <param name="time">The time that it carries.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="Errors.LitestreamException">A Replica… code.</exception>
    public static async Task PutAsync(
        IReplicaClient client, GenerationId generation, int index, Stream snapshot, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var start = new byte[ObjectSeal.Size];
        var read = await snapshot.ReadAtLeastAsync(start, start.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        if (ObjectSeal.IsWholeAtStart(start.AsSpan(0, read)))
            await client.PutAsync(ObjectKey.SnapshotMark(generation, index), Stream.Null, time, cancellationToken).ConfigureAwait(false);
    }
}
