using Litestream.Engine.Format;

namespace Litestream.Engine.Verification;

/// <summary>To where a generation is known to have been shipped.</summary>
/// <param name="Position">The end of a commit, or the beginning of an index.</param>
/// <param name="IsLast">Whether nothing was shipped after it.</param>
public readonly record struct KnownEnd(Position Position, bool IsLast = true);
