namespace Litestream.Engine.Control;

/// <summary>What a process asks of a replication in another.</summary>
internal enum ControlAction
{
    /// <summary>How it is.</summary>
    Status,

    /// <summary>Capture and ship what is committed now, and tell when every replica holds it.</summary>
    Sync,

    /// <summary>Sync a last time and end.</summary>
    Stop,
}
