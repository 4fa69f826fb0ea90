namespace Litestream.Stress.Replicators;

/// <summary>Who replicates.</summary>
internal enum ReplicatorKind
{
    /// <summary>The engine of this project.</summary>
    Engine,

    /// <summary>The real Litestream 0.3.13: shows that these runs can fail.</summary>
    Oracle,
}
