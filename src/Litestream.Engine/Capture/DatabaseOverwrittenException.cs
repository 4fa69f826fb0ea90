namespace Litestream.Engine.Capture;

/// <summary>The database file has changed where it is, as by SQLite it should not have: somebody has copied another one over it, or only touched it.</summary>
internal sealed class DatabaseOverwrittenException(string reason) : ContinuityLostException(reason);
