namespace Litestream.Engine.Restore;

/// <summary>What is remarkable about a restore though no error.</summary>
public enum RestoreWarningKind
{
    /// <summary>An index of the WAL does not follow on the one before by its salts: changes between may never have been captured.</summary>
    SaltJump,

    /// <summary>The times of objects go back along their positions: a time does not name a point for certain.</summary>
    TimesOutOfOrder,

    /// <summary>A snapshot could not be used; another one was.</summary>
    SnapshotSkipped,

    /// <summary>It could not be proven that the snapshot holds nothing that is later than the restored point.</summary>
    SnapshotMayBeAhead,

    /// <summary>A generation with later changes was passed over because it has no snapshot.</summary>
    GenerationSkipped,

    /// <summary>SQLite's check had to leave tables out: they need a collation or a function that only the application has.</summary>
    NotFullyChecked,

    /// <summary>The restore stopped before the point that was asked for.</summary>
    Partial,

    /// <summary>The generation ends before what the last orderly stop has noted: objects are missing from its end.</summary>
    EndMissing,
}
