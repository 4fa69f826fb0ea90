namespace Litestream.Simulation.Stores;

/// <summary>An object of a bucket.</summary>
/// <param name="Content">Its bytes; never changed.</param>
/// <param name="Time">The time that it was given, as it is written; null for none.</param>
/// <param name="StoredAt">When it came.</param>
/// <param name="ETag">Its version, in quotes.</param>
internal sealed record StoredObject(byte[] Content, string? Time, DateTimeOffset StoredAt, string ETag);
