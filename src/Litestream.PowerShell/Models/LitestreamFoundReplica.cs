namespace Litestream.PowerShell.Models;

/// <summary>A replica that was found. Restored from the pipeline, it comes under its own relative path.</summary>
/// <param name="Replica">Where it is, and how its store is reached.</param>
/// <param name="RelativePath">Its path below the place that was searched, with '/'.</param>
/// <param name="GenerationCount">How many generations it has.</param>
public sealed record LitestreamFoundReplica(LitestreamReplica Replica, string RelativePath, int GenerationCount);
