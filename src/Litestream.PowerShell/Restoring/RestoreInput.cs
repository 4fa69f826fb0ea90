using Litestream.Engine.Restore;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Restoring;

/// <summary>One restore that is asked for.</summary>
/// <param name="Replica">As the user wrote it.</param>
/// <param name="Request">What of it.</param>
/// <param name="Target">Full path of the file to make.</param>
internal sealed record RestoreInput(LitestreamReplica Replica, RestoreRequest Request, string Target)
{
    public override string ToString() => Request switch
    {
        { Generation: { } generation, Index: { } index } => $"{Replica} ({generation}, index {index:x8})",
        { Generation: { } generation } => $"{Replica} ({generation})",
        _ => Replica.Url,
    };
}
