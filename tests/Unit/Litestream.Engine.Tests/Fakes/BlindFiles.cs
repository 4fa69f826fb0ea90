using Litestream.Engine.Files;

namespace Litestream.Engine.Tests.Fakes;

/// <summary>A system that does not tell who uses a file.</summary>
internal sealed class BlindFiles : LocalFiles
{
    public override IReadOnlyList<string> FindUsers(IReadOnlyCollection<FileIdentity> files, IReadOnlyCollection<FileIdentity> own) => [];
}
