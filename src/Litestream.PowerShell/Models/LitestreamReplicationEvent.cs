namespace Litestream.PowerShell.Models;

/// <summary>Something that happened to a replication.</summary>
/// <param name="Time">When, UTC.</param>
/// <param name="Kind">What: Started, GenerationStarted, SnapshotShipped, RetryScheduled and so on.</param>
/// <param name="Severity">Information, Warning or Error.</param>
/// <param name="DatabasePath">The database.</param>
/// <param name="Message">A sentence.</param>
public sealed record LitestreamReplicationEvent(
    DateTimeOffset Time, string Kind, string Severity, string DatabasePath, string Message)
{
    /// <summary>The replica it is about; null if it is about the database.</summary>
    public string? Replica { get; init; }

    /// <summary>The generation, once there is one.</summary>
    public string? Generation { get; init; }

    /// <summary>The position captured by then.</summary>
    public LitestreamPosition? Position { get; init; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
