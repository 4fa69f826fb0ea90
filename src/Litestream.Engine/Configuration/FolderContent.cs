using Litestream.Engine.Errors;

namespace Litestream.Engine.Configuration;

/// <summary>What a look into a folder has found.</summary>
/// <param name="Databases">Full paths of its databases, in ordinal order.</param>
/// <param name="Failures">What could not be looked at.</param>
public sealed record FolderContent(IReadOnlyList<string> Databases, IReadOnlyList<LitestreamException> Failures);
