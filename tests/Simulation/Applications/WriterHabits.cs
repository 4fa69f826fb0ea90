namespace Litestream.Simulation.Applications;

/// <summary>How a writer uses SQLite.</summary>
/// <param name="BusyTimeout">Milliseconds.</param>
/// <param name="AutoCheckpoint">Pages of the WAL; 0 for never.</param>
/// <param name="Synchronous">1 NORMAL or 2 FULL.</param>
/// <param name="Rows">Rows that it writes to.</param>
/// <param name="RowSize">Bytes of the largest row.</param>
internal sealed record WriterHabits(int BusyTimeout, int AutoCheckpoint, int Synchronous, int Rows = 60, int RowSize = 1500);
