using System.Text.Json;
using System.Text.Json.Serialization;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Verification;

namespace Litestream.Engine.Replication;

/// <summary>
/// To where a replica was shipped, as an orderly stop has noted it there: objects that are gone from the end leave no other trace. It costs nothing while a
/// replication runs. Then, and after a kill, the lease is there, and all behind the head is unknown. JSON behind an <see cref="ObjectSeal"/>, so that no changed bit makes it tell of
/// another end.
/// </summary>
/// <param name="Generation">The generation, 16 hex digits.</param>
/// <param name="Index">WAL index.</param>
/// <param name="Offset">Bytes of that index.</param>
/// <param name="At">When it was noted, UTC.</param>
public sealed record ReplicaHead(
    [property: JsonRequired] string Generation, [property: JsonRequired] int Index, [property: JsonRequired] long Offset, [property: JsonRequired] DateTimeOffset At)
{
    /// <summary>The object, beside <c>generations</c>: Litestream passes over it.</summary>
    public const string Key = "litestream-ps.head";

    /// <summary>No more, as <see cref="SmallContent"/> reads no more.</summary>
    private const int MaxSnapshots = 1000;

    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Index of the last WAL segment; null if there was none, or the head is of an earlier version.</summary>
    public int? SegmentIndex { get; init; }

    /// <summary>Where in that index the segment begins.</summary>
    public long? SegmentOffset { get; init; }

    /// <summary>Indexes of the newest snapshots, in order; null if they are not known.</summary>
    public IReadOnlyList<int>? Snapshots { get; init; }

    /// <summary>To where it was shipped.</summary>
    [JsonIgnore]
    internal KnownEnd End => new(new(Index, Offset))
    {
        LastSegment = SegmentIndex is { } index && SegmentOffset is { } offset ? new(index, offset) : null,
        Snapshots = Snapshots,
    };

    /// <summary>The head of an end.</summary>
    /// <param name="generation">The generation.</param>
    /// <param name="end">To where it was shipped.</param>
    /// <param name="at">When, UTC.</param>
    internal static ReplicaHead Of(GenerationId generation, KnownEnd end, DateTimeOffset at) => new(generation.ToString(), end.Position.Index, end.Position.Offset, at)
    {
        SegmentIndex = end.LastSegment?.Index,
        SegmentOffset = end.LastSegment?.Offset,
        Snapshots = end.Snapshots is { } snapshots ? [.. snapshots.TakeLast(MaxSnapshots)] : null,
    };

    /// <summary>What a replica tells of the end of a generation; null if nothing.</summary>
    /// <param name="replica">The replica.</param>
    /// <param name="generation">The generation.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException">A Replica… code.</exception>
    public static async Task<KnownEnd?> FindEndAsync(IReplicaClient replica, GenerationId generation, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        // the lease first: a stop notes the head before it lets the lease go
        var isWritten = await replica.GetVersionedAsync(ReplicaLease.Key, cancellationToken).ConfigureAwait(false) is not null;
        return await FindAsync(replica, generation, cancellationToken).ConfigureAwait(false) is { } head ? head.End with { IsLast = !isWritten, IsExact = !isWritten } : null;
    }

    /// <summary>The head, by one request; null if there is none of a generation.</summary>
    internal static async Task<ReplicaHead?> FindAsync(IReplicaClient replica, GenerationId generation, CancellationToken cancellationToken) =>
        await ReadAsync(replica, cancellationToken).ConfigureAwait(false) is { } head && head.Generation == generation.ToString() ? head : null;

    /// <summary>Notes it.</summary>
    internal async Task WriteAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        var note = JsonSerializer.SerializeToUtf8Bytes(this, s_options);
        var seal = new ObjectSeal(Key);
        seal.Add(note);
        using var content = new MemoryStream([.. seal.ToBytes(), .. note]);
        await replica.PutAsync(Key, content, At, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Deletes it where it is that of a generation, before that is let go.</summary>
    internal static async Task ForgetAsync(IReplicaClient replica, GenerationId generation, CancellationToken cancellationToken)
    {
        if (await FindAsync(replica, generation, cancellationToken).ConfigureAwait(false) is not null)
            await replica.DeleteAsync([Key], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The head of whatever generation; null if there is none, or none that anybody could go by.</summary>
    internal static async Task<ReplicaHead?> ReadAsync(IReplicaClient replica, CancellationToken cancellationToken) =>
        (await LookAsync(replica, cancellationToken).ConfigureAwait(false)).Head;

    /// <summary>Whether there is one that is not as it was noted.</summary>
    internal static async Task<bool> IsDamagedAsync(IReplicaClient replica, CancellationToken cancellationToken) =>
        await LookAsync(replica, cancellationToken).ConfigureAwait(false) is (true, null);

    private static async Task<(bool IsThere, ReplicaHead? Head)> LookAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        try
        {
            var content = new SealedObjectStream(await replica.GetAsync(Key, cancellationToken).ConfigureAwait(false), Key);
            await using (content.ConfigureAwait(false))
            {
                var note = await SmallContent.ReadAsync(content, cancellationToken).ConfigureAwait(false);
                return (true, content.IsSealed ? JsonSerializer.Deserialize<ReplicaHead>(note, s_options) : null);
            }
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ObjectMissing)
        {
            return default;
        }
        catch (Exception e) when (e is JsonException or InvalidDataException)
        {
            return (true, null);
        }
    }
}
