using Litestream.Engine.Format;

namespace Litestream.Engine.Verification;

/// <summary>To where a generation is known to have been shipped.</summary>
/// <param name="Position">The end of a commit, or the beginning of an index.</param>
/// <param name="IsLast">Whether nothing was shipped after it.</param>
public readonly record struct KnownEnd(Position Position, bool IsLast = true)
{
    /// <summary>Whether a generation that was read to a commit reaches it.</summary>
    /// <param name="known">It.</param>
    /// <param name="reached">The last commit that there is.</param>
    internal static EndProof Compare(Position known, Position reached) =>
        reached >= known ? EndProof.Proven
        // an index that is still empty: how long the one before it was, nobody has noted
        : known.Offset == 0 && reached.Index == known.Index - 1 ? EndProof.NotProvable
        : EndProof.Lost;
}
