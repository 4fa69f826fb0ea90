namespace Litestream.Engine.Capture;

/// <summary>What is at the database's path is not the database any more that was watched: what comes there is another one.</summary>
internal sealed class DatabaseReplacedException(string reason) : ContinuityLostException(reason);
