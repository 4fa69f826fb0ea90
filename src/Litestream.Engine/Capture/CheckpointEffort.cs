namespace Litestream.Engine.Capture;

/// <summary>How hard a checkpoint is tried against writers that don't pause.</summary>
internal enum CheckpointEffort
{
    /// <summary>Writers are not kept out: a commit in the wrong moment, and nothing has come of it.</summary>
    Yielding,

    /// <summary>If that fails, writers are kept out at the last, for a moment: the bulk is backfilled by then.</summary>
    HoldingLast,

    /// <summary>Writers are kept out from the first: while the bulk is backfilled the WAL would grow by as much again. They wait as long
    /// as they would for the checkpoint of their own that this one replaces.</summary>
    HoldingFirst,
}
