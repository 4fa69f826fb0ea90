namespace Litestream.Engine.Capture;

/// <summary>SQLite's locks in this process may be gone: the connections are not to be used any more. Whether a commit was missed is to be
/// found out.</summary>
internal sealed class LocksLostException()
    : ContinuityLostException("something in this process opened and closed the database or its -shm, which drops the locks of all who use it here");
