using System.Buffers;
using System.Runtime.CompilerServices;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Restore;

/// <summary>Fetches segments ahead of their use, several at once, and hands them out in order.</summary>
internal sealed class SegmentFetcher(IReplicaClient replica, int parallelism)
{
    /// <summary>Objects up to this size are fetched whole ahead of their turn, larger ones are streamed in their turn: so at
    /// most parallelism times this, and as much decompressed, is held in memory.</summary>
    private const int MaxPrefetchSize = 1024 * 1024;

    /// <summary>Reads segments.</summary>
    /// <param name="segments">What to read, in order.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Each segment with its content, which is valid until the next one is asked for.</returns>
    public async IAsyncEnumerable<(WalSegmentInfo Segment, Stream Content)> ReadAsync(
        IReadOnlyList<WalSegmentInfo> segments, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var abort = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var window = new Queue<Task<ReadAheadStream?>>();
        try
        {
            var next = 0;
            foreach (var segment in segments)
            {
                while (next < segments.Count && window.Count < parallelism)
                {
                    var ahead = segments[next++];
                    // a store may work synchronously, as folders do: not on this thread
                    window.Enqueue(Task.Run(() => PrefetchAsync(ahead, abort.Token), abort.Token));
                }

                var content = await window.Peek().ConfigureAwait(false);
                _ = window.Dequeue();
                content ??= Decode(await replica.GetAsync(segment.Key, cancellationToken).ConfigureAwait(false), segment);
                await using (content.ConfigureAwait(false)) yield return (segment, content);
            }
        }
        finally
        {
            await abort.CancelAsync().ConfigureAwait(false);
            // The one failure that matters is on its way already; here only what was fetched in vain is given back.
            foreach (var fetch in window)
            {
                await ((Task)fetch).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (fetch.IsCompletedSuccessfully && fetch.Result is { } unused) await unused.DisposeAsync().ConfigureAwait(false);
            }
        }
    }

    /// <summary>Decompresses ahead of the use, too.</summary>
    private static ReadAheadStream Decode(Stream stored, WalSegmentInfo segment) => new(new DecodedObjectStream(stored, segment.Key));

    private async Task<ReadAheadStream?> PrefetchAsync(WalSegmentInfo segment, CancellationToken cancellationToken)
    {
        if (segment.Size > MaxPrefetchSize) return null;
        var stored = await replica.GetAsync(segment.Key, cancellationToken).ConfigureAwait(false);
        await using (stored.ConfigureAwait(false))
        {
            // one byte more shows that the object has grown since it was listed: then the rest is not awaited here
            var buffer = ArrayPool<byte>.Shared.Rent((int)segment.Size + 1);
            var isWhole = false;
            try
            {
                var size = await stored.ReadAtLeastAsync(buffer, (int)segment.Size + 1, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                isWhole = size <= segment.Size;
                return isWhole ? Decode(new PrefetchedObject(buffer, size), segment) : null;
            }
            finally
            {
                if (!isWhole) ArrayPool<byte>.Shared.Return(buffer);
            }
        }
    }
}
