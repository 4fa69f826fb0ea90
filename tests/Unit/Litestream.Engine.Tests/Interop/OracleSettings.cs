namespace Litestream.Engine.Tests.Interop;

/// <summary>How the oracle replicates.</summary>
/// <param name="CheckpointPages">WAL pages after which it checkpoints, so that a new index begins.</param>
/// <param name="SnapshotInterval">How often it makes a snapshot; null for only the first.</param>
internal sealed record OracleSettings(int CheckpointPages = 1000, TimeSpan? SnapshotInterval = null);
