using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>Our engine, in a process of its own.</summary>
internal sealed class Ours : ISystem
{
    public string Name => "ours";

    public Command Replicate(string database, string replica) => Command.OfChild("replicate", replica, database);

    public Command ReplicateAll(IReadOnlyList<string> databases, string replicas) => Command.OfChild(["replicate", replicas, .. databases]);

    public Command ReplicateToS3(string database, S3Place place) =>
        Command.OfChild("replicate-s3", database, $"s3://{place.Bucket}/app", place.Endpoint.AbsoluteUri, place.Key, place.Secret);

    public Command Restore(string replica, string target) => Command.OfChild("restore", replica, target, "none");

    /// <summary>Restores with PRAGMA quick_check.</summary>
    public static Command RestoreChecked(string replica, string target) => Command.OfChild("restore", replica, target, "quick");
}
