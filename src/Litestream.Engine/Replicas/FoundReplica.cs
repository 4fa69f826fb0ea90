namespace Litestream.Engine.Replicas;

/// <summary>A replica that was found below a place.</summary>
/// <param name="Url">Where it is, without secrets.</param>
/// <param name="RelativePath">Its path from the place that was searched, with '/'; empty if it is that place.</param>
/// <param name="GenerationCount">How many generations it lists.</param>
public sealed record FoundReplica(string Url, string RelativePath, int GenerationCount);
