namespace Litestream.Engine.Capture;

/// <summary>The names of the WAL or its wal-index lead elsewhere by now: who puts back a database may have begun with its WAL.</summary>
internal sealed class WalReplacedException() : ContinuityLostException("its -wal or its -shm was removed or replaced");
