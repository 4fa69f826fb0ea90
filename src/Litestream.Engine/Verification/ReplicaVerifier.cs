using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Verification;

/// <summary>
/// Reads what a replica holds and checks all that can be checked: that objects decode, that snapshots are databases and agree with the WAL, that
/// segments follow on one another without a gap, salts and the running checksum of each frame. Writes nothing, anywhere. Memory: some MiB, and 16
/// bytes a page of the database, twice where it is held against the live one.
/// </summary>
/// <param name="replica">The replica; stays open.</param>
/// <param name="environment">Time and randomness.</param>
public sealed class ReplicaVerifier(IReplicaClient replica, EngineEnvironment environment)
{
    private const int MaxReadings = 5;

    private readonly ReplicaCatalog _catalog = new(replica);
    private bool _hasLookedAtHead;

    /// <summary>What the database held before the generation was listed that is read next: where nothing else proves the end, it does if the generation holds the same; null if that is not
    /// known. A sample does not tell.</summary>
    public SourceState? Source { get; set; }

    /// <summary>Reads a generation. What was listed and is gone now may have been deleted by retention, so then what is left is read.</summary>
    /// <param name="generation">As it was listed.</param>
    /// <param name="end">To where it is known to have been shipped; null if that is not known.</param>
    /// <param name="samplePercent">How many of the objects to read, from 1 to 100. Of a sample it is only seen whether its objects decode, and
    /// whether each segment ends where the next one begins.</param>
    /// <param name="progress">Is told how far it is.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>What was found; null if the whole generation is gone.</returns>
    /// <exception cref="LitestreamException">The replica can't be read; what it holds is no reason.</exception>
    public async Task<GenerationVerification?> VerifyAsync(
        GenerationInfo generation, KnownEnd? end, int samplePercent, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(generation);
        ArgumentOutOfRangeException.ThrowIfLessThan(samplePercent, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(samplePercent, 100);
        for (var reading = 1; ; reading++)
        {
            var result = await ReadAsync(generation, end, samplePercent, progress, cancellationToken).ConfigureAwait(false);
            if (result.Damages.Count + result.Unmarked.Count == 0) return await WithHeadAsync(result, cancellationToken).ConfigureAwait(false);
            if (await _catalog.ReadGenerationAsync(generation.Id, cancellationToken).ConfigureAwait(false) is not { } now) return null;
            if (result.Damages.Count == 0 || reading == MaxReadings || (!IsShortenedByRetention(generation, now) && !IsListedTooEarly(generation, end, now)))
            {
                // the mark of a snapshot that is being stored follows, and a snapshot that retention lets go has lost its own before
                var unmarked = result.Unmarked.Where(s => now.Snapshots.Contains(s) && !now.Marks.Contains(s.Index)).Select(LacksMark);
                return await WithHeadAsync(result with { Warnings = [.. result.Warnings, .. unmarked] }, cancellationToken).ConfigureAwait(false);
            }

            generation = now;
        }
    }

    private static string LacksMark(SnapshotInfo snapshot) =>
        $"Beside the snapshot '{snapshot.Key}' its mark is missing, the empty object '{ObjectKey.SnapshotMark(snapshot.Generation, snapshot.Index)}'. Restores do not need it, but were the snapshot "
        + "lost, nothing would tell. Of the newest snapshot the next start of its replication stores it again; of others store an empty object of that name, unless a retention was broken off, whose "
        + "next run lets the snapshot go.";

    // it is of the replica: told with the generation that is read first
    private async Task<GenerationVerification> WithHeadAsync(GenerationVerification result, CancellationToken cancellationToken)
    {
        if (_hasLookedAtHead) return result;
        var isDamaged = await ReplicaHead.IsDamagedAsync(replica, cancellationToken).ConfigureAwait(false);
        _hasLookedAtHead = true;
        return isDamaged
            ? result with
            {
                Warnings = [.. result.Warnings, $"The object '{ReplicaHead.Key}', the note of the last orderly stop, is damaged and proves nothing of the end. The next orderly stop writes it anew."],
            }
            : result;
    }

    // it deletes from the beginning, up to a snapshot that stays; what is gone from anywhere else is lost
    private static bool IsShortenedByRetention(GenerationInfo listed, GenerationInfo now)
    {
        if (now.Snapshots.Count == 0) return false;
        List<int> gone =
        [
            .. listed.Snapshots.Select(s => s.Index).Except(now.Snapshots.Select(s => s.Index)),
            // it deletes all marks before the first snapshot, and is not through with the snapshots yet
            .. listed.Marks.Except(now.Marks).Except(now.Snapshots.Select(s => s.Index)),
            .. listed.Segments.Select(s => s.Start).Except(now.Segments.Select(s => s.Start)).Select(p => p.Index),
        ];
        return gone.Count > 0 && gone.TrueForAll(i => i < now.Snapshots[0].Index);
    }

    // a snapshot was stored behind the back of the listing, and its mark in front of it
    private static bool IsListedTooEarly(GenerationInfo listed, KnownEnd? end, GenerationInfo now) =>
        LostSnapshots(listed, end).Select(d => d.Key).Intersect(now.Snapshots.Select(s => s.Key)).Any();

    private async Task<GenerationVerification> ReadAsync(
        GenerationInfo generation, KnownEnd? end, int samplePercent, IProgress<VerificationProgress>? progress, CancellationToken cancellationToken)
    {
        var (startedAt, began) = (environment.Time.GetUtcNow(), environment.Time.GetTimestamp());
        var first = generation.Snapshots.Count > 0 ? generation.Snapshots[0].Index : int.MaxValue;
        var unreachable = generation.Segments.Where(s => s.Start.Index < first).ToList();
        var (objects, bytes) = (0, 0L);
        var all = generation.Snapshots.Count + generation.Segments.Count;
        var sample = samplePercent == 100 ? null : Choose(generation, Math.Max(1, (int)Math.Ceiling(all * samplePercent / 100d)));
        var (total, size, current, got) = (sample?.Count ?? all, sample?.Sum(o => o.Size) ?? generation.Size, "", 0L);
        var metered = new MeteredReplicaClient(replica, Got);
        void Got(int read) => progress?.Report(new(current, Math.Max(0, objects - 1), total, Math.Min(got += read, size), size));
        void Reading(string key, long length)
        {
            (current, objects, bytes) = (key, objects + 1, bytes + length);
            Got(0);
        }

        IReadOnlyList<ReplicaDamage> damages;
        IReadOnlyList<string> warnings = [];
        IReadOnlyCollection<SnapshotInfo> unmarked = [];
        Position? reached = null;
        var search = sample is null && Source is { } source ? new SourceSearch(source.Image) : null;
        if (sample is null)
        {
            using var chain = new ChainVerifier(metered, generation, Reading, search);
            await chain.RunAsync(cancellationToken).ConfigureAwait(false);
            (damages, warnings, unmarked, reached) = (chain.Damages, chain.Warnings, chain.Unmarked, chain.End);
        }
        else
        {
            damages = await ReadSampleAsync(metered, generation, sample, Reading, cancellationToken).ConfigureAwait(false);
        }

        return new(generation, objects, bytes, InOrder([.. LostSnapshots(generation, end), .. damages]), unreachable, reached, ProofOf(generation, end, reached, search), environment.Time.GetElapsedTime(began))
        {
            StartedAt = startedAt,
            Warnings = unreachable.Count > 0 && generation.Snapshots.Count > 0 ? [Unreachable(unreachable, generation.Snapshots[0]), .. warnings] : warnings,
            Unmarked = unmarked,
            HoldsSource = search?.IsFound,
        };
    }

    private static IEnumerable<ReplicaDamage> LostSnapshots(GenerationInfo generation, KnownEnd? end)
    {
        var present = generation.Snapshots.Select(s => s.Index).ToHashSet();
        // a retention lets go from the beginning on: of those that the head names it may be through with the first ones
        var noted = end?.Snapshots?.Where(i => present.Count > 0 && i > present.Min()) ?? [];
        foreach (var index in generation.Marks.Where(i => !IsLetGoByLitestream(generation, i)).Union(noted).Except(present).Order())
        {
            var key = ObjectKey.Snapshot(generation.Id, index);
            var others = present.Count > 0 && present.Min() < index
                ? "An earlier snapshot leads to the same points."
                : "The points that it led to can't be restored.";
            yield return new(ErrorCode.ObjectMissing, key, $"The snapshot '{key}' was stored, and is gone without retention having let it go. {others}",
                present.Count > 0 && present.Min() < index ? new(index, 0) : null)
            { IsObstacle = false };
        }
    }

    // its retention deletes snapshots and all WAL before the first one that stays, and knows nothing of marks
    private static bool IsLetGoByLitestream(GenerationInfo generation, int mark) =>
        generation.Snapshots.Count > 0 && mark < generation.Snapshots[0].Index && !generation.Segments.Any(s => s.Start.Index <= mark);

    private static List<ReplicaDamage> InOrder(IEnumerable<ReplicaDamage> damages) => [.. damages.OrderBy(d => RestoreObstacle.Parse(d.Key)?.At)];

    private static string Unreachable(List<WalSegmentInfo> segments, SnapshotInfo first) =>
        $"Nothing leads to {segments.Count} WAL segments from '{segments[0].Key}' on, which are before the first snapshot '{first.Key}': retention has not deleted them yet, or their "
        + "snapshot is gone, and the points that it led to can't be restored.";

    private static EndProof ProofOf(GenerationInfo generation, KnownEnd? end, Position? reached, SourceSearch? search) =>
        ProofOf(generation, end, reached) is var proof && proof == EndProof.NotProvable && search is { IsFound: true } ? EndProof.Proven : proof;

    private static EndProof ProofOf(GenerationInfo generation, KnownEnd? end, Position? reached)
    {
        if (end is not { } known) return EndProof.NotProvable;
        if (known.IsMissingFrom(generation)) return EndProof.Lost;
        var proof = reached is { } read ? known.Compare(read) : CompareNames(generation, known.Position);
        return proof == EndProof.Proven && known.IsOpen(reached ?? NewestName(generation)) ? EndProof.NotProvable : proof;
    }

    private static EndProof CompareNames(GenerationInfo generation, Position known)
    {
        // of a sample only names tell: that the last object is not before the end, or stands in an index that another one followed
        if (NewestName(generation) is not { } last) return EndProof.Lost;
        return last >= known ? EndProof.Proven : last.Index >= known.Index - (known.Offset == 0 ? 1 : 0) ? EndProof.NotProvable : EndProof.Lost;
    }

    private static Position? NewestName(GenerationInfo generation) =>
        generation.Snapshots.Select(s => (Position?)new Position(s.Index, 0)).Concat(generation.Segments.Select(s => (Position?)s.Start)).Max();

    private List<(string Key, long Size, Position? Start)> Choose(GenerationInfo generation, int count)
    {
        var objects = generation.Snapshots.Select(s => (s.Key, s.Size, Start: (Position?)null))
            .Concat(generation.Segments.Select(s => (s.Key, s.Size, Start: (Position?)s.Start))).ToArray();
        environment.Random.Shuffle(objects);
        return [.. objects.Take(count).OrderBy(o => o.Key, StringComparer.Ordinal)];
    }

    private static async Task<IReadOnlyList<ReplicaDamage>> ReadSampleAsync(
        MeteredReplicaClient replica, GenerationInfo generation, IReadOnlyList<(string Key, long Size, Position? Start)> sample, Action<string, long> reading,
        CancellationToken cancellationToken)
    {
        var damages = new List<ReplicaDamage>();
        var next = generation.Segments.Zip(generation.Segments.Skip(1)).ToDictionary(p => p.First.Start, p => p.Second.Start);
        foreach (var (key, size, start) in sample)
        {
            reading(key, size);
            try
            {
                if (start is not { } position)
                {
                    var content = await DecodedObjectStream.OpenAsync(replica, key, cancellationToken).ConfigureAwait(false);
                    await using (content.ConfigureAwait(false)) await SnapshotPages.ReadAsync(content, key, (_, _) => { }, cancellationToken).ConfigureAwait(false);
                    continue;
                }

                var end = position with { Offset = position.Offset + await DecodedObjectStream.MeasureAsync(replica, key, cancellationToken).ConfigureAwait(false) };
                if (next.TryGetValue(position, out var follower) && follower.Index == end.Index && follower != end)
                    damages.Add(new(ErrorCode.ObjectMissing, ObjectKey.Segment(generation.Id, end),
                        $"The object '{key}' ends at offset {end.Offset}, and the next one begins at {follower.Offset}.", null));
            }
            catch (LitestreamException e) when (Damage.Is(e))
            {
                damages.Add(new(e.Code, e.Target ?? key, e.Message, null));
            }
        }

        return damages;
    }
}
