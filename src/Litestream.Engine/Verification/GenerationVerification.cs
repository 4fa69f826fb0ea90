using Litestream.Engine.Format;

namespace Litestream.Engine.Verification;

/// <summary>What became of reading a generation's objects.</summary>
/// <param name="Generation">The generation as it was listed.</param>
/// <param name="ObjectsRead">Objects that were read; fewer than there are where a sample was asked for.</param>
/// <param name="BytesRead">Stored bytes of them.</param>
/// <param name="Damages">What is wrong, in order of position.</param>
/// <param name="Unreachable">Segments that no snapshot leads to: what retention has not deleted yet, or its snapshot is gone.</param>
/// <param name="End">The last commit that was read; null where none was, or only a sample.</param>
/// <param name="EndProof">Whether that is all.</param>
/// <param name="Duration">How long it took.</param>
public sealed record GenerationVerification(
    GenerationInfo Generation, int ObjectsRead, long BytesRead, IReadOnlyList<ReplicaDamage> Damages, IReadOnlyList<WalSegmentInfo> Unreachable,
    Position? End, EndProof EndProof, TimeSpan Duration)
{
    /// <summary>When the reading began, UTC.</summary>
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>What is remarkable, and proves no damage.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>Whether it holds, at one of its commits, what the database held; null if that was not looked for.</summary>
    public bool? HoldsSource { get; init; }

    /// <summary>Snapshots with a seal that were listed without their mark.</summary>
    internal IReadOnlyCollection<SnapshotInfo> Unmarked { get; init; } = [];

    /// <summary>Whether all that was read is as it should be, and the end is not known to be lost.</summary>
    public bool Passed => Damages.Count == 0 && EndProof != EndProof.Lost;
}
