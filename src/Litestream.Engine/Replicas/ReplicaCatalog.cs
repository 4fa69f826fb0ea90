using System.Runtime.CompilerServices;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>What a replica holds: its generations with their snapshots and WAL segments.</summary>
/// <param name="replica">The replica; stays open.</param>
public sealed class ReplicaCatalog(IReplicaClient replica)
{
    /// <summary>No object is larger, whatever a listing says: sizes are added up.</summary>
    private const long MaxSize = 1L << 46;

    /// <summary>Lists all generations in order of their names.</summary>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>At least one generation.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaNotFound"/> when there is none,
    /// <see cref="ErrorCode.ReplicaFormatUnknown"/> when something else is there.</exception>
    public async IAsyncEnumerable<GenerationInfo> ListGenerationsAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var any = false;
        await foreach (var name in replica.ListFoldersAsync(ObjectKey.Generations, cancellationToken).ConfigureAwait(false))
        {
            if (!GenerationId.TryParse(name, out var id)) continue;
            var generation = await ReadGenerationAsync(id, cancellationToken).ConfigureAwait(false);
            if (generation is null) continue;
            any = true;
            yield return generation;
        }

        if (!any) throw await ForeignContent.DescribeAsync(replica, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads what a generation holds; null if it has no object.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    public async Task<GenerationInfo?> ReadGenerationAsync(GenerationId generation, CancellationToken cancellationToken)
    {
        // Names that do not follow the format are passed over, as Litestream does.
        var snapshots = new List<SnapshotInfo>();
        var marks = new List<int>();
        await foreach (var item in replica.ListObjectsAsync(ObjectKey.Snapshots(generation), cancellationToken).ConfigureAwait(false))
        {
            if (ObjectKey.TryParseSnapshot(NameOf(item), out var index))
                snapshots.Add(new(generation, index, SizeOf(item), item.Time));
            else if (item.Size == 0 && ObjectKey.TryParseSnapshotMark(NameOf(item), out var marked))
                marks.Add(marked);
        }

        var segments = new List<WalSegmentInfo>();
        await foreach (var item in replica.ListObjectsAsync(ObjectKey.Wal(generation), cancellationToken).ConfigureAwait(false))
        {
            if (ObjectKey.TryParseSegment(NameOf(item), out var start))
                segments.Add(new(generation, start, SizeOf(item), item.Time));
        }

        return snapshots.Count + segments.Count == 0
            ? null
            : new(generation, [.. snapshots.OrderBy(s => s.Index)], [.. segments.OrderBy(s => s.Start)]) { Marks = [.. marks.Order()] };
    }

    /// <summary>Reads what a generation holds.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.GenerationNotFound"/>, naming those that are there;
    /// <see cref="ErrorCode.ReplicaNotFound"/>, <see cref="ErrorCode.ReplicaFormatUnknown"/>.</exception>
    public async Task<GenerationInfo> GetGenerationAsync(GenerationId generation, CancellationToken cancellationToken)
    {
        if (await ReadGenerationAsync(generation, cancellationToken).ConfigureAwait(false) is { } found) return found;
        var others = new List<GenerationId>();
        await foreach (var other in ListGenerationsAsync(cancellationToken).ConfigureAwait(false)) others.Add(other.Id);
        throw new LitestreamException(ErrorCode.GenerationNotFound,
            $"The replica '{replica.Url}' holds no generation {generation}.", generation.ToString(),
            $"It holds {string.Join(", ", others)}.");
    }

    /// <summary>Tells where each segment of a generation ends: at the start of the next one of its index; the last of each
    /// index is read for it.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ObjectMissing"/>, <see cref="ErrorCode.ObjectCorrupt"/>,
    /// <see cref="ErrorCode.ObjectEncrypted"/>.</exception>
    public async IAsyncEnumerable<MeasuredSegment> MeasureSegmentsAsync(
        GenerationInfo generation, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        for (var i = 0; i < generation.Segments.Count; i++)
        {
            var segment = generation.Segments[i];
            var next = i + 1 < generation.Segments.Count ? generation.Segments[i + 1] : null;
            yield return next is not null && next.Start.Index == segment.Start.Index
                ? new(segment, next.Start.Offset)
                : await MeasureAsync(segment, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Reads a segment to find its end.</summary>
    internal async Task<MeasuredSegment> MeasureAsync(WalSegmentInfo segment, CancellationToken cancellationToken) =>
        new(segment, segment.Start.Offset
            + await DecodedObjectStream.MeasureAsync(replica, segment.Key, cancellationToken).ConfigureAwait(false));

    private static long SizeOf(ReplicaObject item) => Math.Clamp(item.Size, 0, MaxSize);

    private static ReadOnlySpan<char> NameOf(ReplicaObject item) => item.Key.AsSpan(item.Key.LastIndexOf('/') + 1);
}
