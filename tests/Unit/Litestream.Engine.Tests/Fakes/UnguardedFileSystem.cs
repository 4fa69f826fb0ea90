using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files as they were without a guard of locks.</summary>
internal sealed class UnguardedFileSystem : LocalFiles
{
    public override ILockGuard? TryGuardLocks(string databasePath, FileIdentity database, FileIdentity walIndex) => NoLockGuard.Impossible;
}
