namespace Litestream.Engine.Verification;

/// <summary>Whether the end of a generation is all that was shipped: objects that are gone from the end leave no trace in a replica.</summary>
public enum EndProof
{
    /// <summary>Nothing is there to hold the end against: the database's metadata folder is not known, and the replica is being written to, or was not left by an orderly
    /// stop; nor does it hold what the live database was seen to hold.</summary>
    NotProvable,

    /// <summary>The generation reaches as far as the state beside the database says, or the last orderly stop, or its replication; or it holds what the live database was seen to
    /// hold.</summary>
    Proven,

    /// <summary>The generation ends before what was shipped of it.</summary>
    Lost,
}
