namespace Litestream.Engine.Configuration;

/// <summary>What Litestream 0.5 says for all replicas of a level.</summary>
/// <param name="SnapshotInterval">Null for nothing.</param>
/// <param name="Retention">Null for nothing; zero keeps all.</param>
internal sealed record RetentionDefaults(TimeSpan? SnapshotInterval, TimeSpan? Retention);
