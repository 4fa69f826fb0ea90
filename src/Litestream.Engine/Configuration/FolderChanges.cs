using Litestream.Engine.Errors;

namespace Litestream.Engine.Configuration;

/// <summary>What is new since the last look into a folder.</summary>
/// <param name="Come">Full paths of databases that are there now, ready to be replicated.</param>
/// <param name="Gone">Full paths of databases that have been away for so long that they are not waited for.</param>
/// <param name="Failures">What can't be looked at or replicated as it is; told once, as long as it lasts.</param>
public sealed record FolderChanges(IReadOnlyList<string> Come, IReadOnlyList<string> Gone, IReadOnlyList<LitestreamException> Failures);
