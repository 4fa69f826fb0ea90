namespace Litestream.Simulation.Applications;

/// <summary>How a writer uses SQLite.</summary>
/// <param name="BusyTimeout">Milliseconds.</param>
/// <param name="AutoCheckpoint">Pages of the WAL; 0 for never.</param>
/// <param name="Synchronous">1 NORMAL or 2 FULL.</param>
internal sealed record WriterHabits(int BusyTimeout, int AutoCheckpoint, int Synchronous);
