namespace Litestream.Engine.Verification;

/// <summary>How far a verification is.</summary>
/// <param name="Key">The object that is read next.</param>
/// <param name="ObjectsDone">Objects of the generation that are read.</param>
/// <param name="ObjectsTotal">Objects of the generation that will be.</param>
public readonly record struct VerificationProgress(string Key, int ObjectsDone, int ObjectsTotal);
