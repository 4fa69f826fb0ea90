namespace Litestream.Stress;

/// <summary>A run found what must not be.</summary>
/// <param name="message">What was found.</param>
internal sealed class RunFailedException(string message) : Exception(message);
