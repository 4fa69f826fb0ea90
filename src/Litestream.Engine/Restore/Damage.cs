using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>Which errors are about what a replica holds, so that a restore may go by them when asked to.</summary>
internal static class Damage
{
    /// <summary>Whether an object is missing or not what it should be.</summary>
    public static bool Is(LitestreamException error) => error.Code
        is ErrorCode.ObjectMissing or ErrorCode.ObjectCorrupt or ErrorCode.ObjectEncrypted or ErrorCode.ChecksumMismatch;

    /// <summary>Whether another snapshot may do better.</summary>
    public static bool IsOfChain(LitestreamException error) =>
        Is(error) || error.Code is ErrorCode.IntegrityCheckFailed or ErrorCode.RestorePointNotFound;
}
