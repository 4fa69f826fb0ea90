using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>One of those that are compared.</summary>
internal interface ISystem
{
    /// <summary>Its name in the table.</summary>
    string Name { get; }

    /// <summary>Replicates a database to a folder until its standard input ends, or it is interrupted.</summary>
    Command Replicate(string database, string replica);

    /// <summary>Replicates all databases of a folder, each to a folder of its own.</summary>
    Command ReplicateAll(IReadOnlyList<string> databases, string replicas);

    /// <summary>Replicates a database to S3.</summary>
    Command ReplicateToS3(string database, S3Place place);

    /// <summary>Restores the latest state of a replica, without a check.</summary>
    Command Restore(string replica, string target);
}
