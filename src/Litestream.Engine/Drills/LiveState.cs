using Litestream.Engine.Live;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>The live database at one commit, and what is known of where the replica holds that commit.</summary>
/// <param name="Image">Its pages.</param>
/// <param name="Rows">Rows of its tables.</param>
/// <param name="Before">The plan for what the replica held before the commit was looked at: the commit is not earlier than that.</param>
/// <param name="IsShipped">Whether the replica held the commit for certain before it was listed again.</param>
internal sealed record LiveState(DatabaseImage Image, IReadOnlyDictionary<string, long> Rows, RestorePlan Before, bool IsShipped);
