namespace Litestream.Engine.Capture;

/// <summary>Somebody has written to the database file, where it is, while it held all that was captured and SQLite wrote nothing to it.</summary>
internal sealed class DatabaseOverwrittenException(string reason) : ContinuityLostException(reason);
