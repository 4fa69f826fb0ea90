using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>To where a database's replication has shipped, as its metadata folder tells: what lies beyond still waits there.</summary>
/// <param name="Generation">The present generation.</param>
/// <param name="Position">All before this was shipped to every replica; null if that is not known.</param>
public sealed record ShippedEnd(GenerationId Generation, Position? Position)
{
    /// <summary>Where the last segment before it begins; null if that is not known.</summary>
    public Position? LastSegment { get; init; }

    /// <summary>Whether no replica can hold more: while something waits in the folder, one may be ahead of the others.</summary>
    public bool IsLast { get; init; }

    /// <summary>URLs of the replicas that are meant; null if that is not known.</summary>
    public IReadOnlyList<string>? Replicas { get; init; }

    /// <summary>The same, if it tells something of a replica: one that was given up, or added later, holds less.</summary>
    /// <param name="replicaUrl">The replica.</param>
    public ShippedEnd? For(string replicaUrl) => Position is not null && Replicas?.Contains(replicaUrl) == true ? this : null;

    /// <summary>Time of the newest commit by then, UTC.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Looks into the metadata folder, which may be in use. Null where it does not tell.</summary>
    /// <param name="databasePath">Full path of the database.</param>
    /// <param name="metadataPath">The folder, if it is not the one beside the database.</param>
    /// <param name="environment">Files.</param>
    public static ShippedEnd? Find(string databasePath, string? metadataPath, EngineEnvironment environment)
    {
        ArgumentNullException.ThrowIfNull(environment);
        var files = environment.Files;
        using var folder = MetadataFolder.Look(metadataPath ?? MetadataFolder.DefaultPath(databasePath));
        try
        {
            // the state first: what is captured between the two looks waits behind it in the spool
            var journal = new StateJournal(folder, files);
            journal.Load();
            if (journal.State is not { } state) return null;
            var generation = GenerationId.Parse(state.Generation);
            var segments = SegmentsIn(folder, generation, files);
            // the last one stays as long as its generation is the present one: another has begun meanwhile
            if (segments.Count == 0 && state.Head.Position > default(Position)) return null;
            var end = EndOf(segments, state);
            return new(generation, end) { LastSegment = segments is [var first, ..] && first < end ? first : null, IsLast = segments.Count < 2, Replicas = state.Replicas, At = state.LastTime };
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, folder.Root, "look into the metadata folder", Errors.ErrorCode.FileError);
        }
    }

    /// <summary>The last segment that all replicas hold stays in the spool, see <see cref="SpoolQueue"/>: so the first one there is held, if
    /// another has ever been before it; else it may still wait.</summary>
    private static Position? EndOf(List<Position> segments, SpoolState state) => segments switch
    {
        [var first, ..] when first == default => null,
        [_, var second, ..] => second,
        _ => state.Head.Position,
    };

    private static List<Position> SegmentsIn(MetadataFolder folder, GenerationId generation, IFileSystem files)
    {
        var segments = new List<Position>();
        foreach (var file in files.List(folder.PathOf(ObjectKey.Wal(generation))))
            if (ObjectKey.TryParseSegment(file.Name, out var start)) segments.Add(start);
        segments.Sort();
        return segments;
    }
}
