namespace Litestream.Engine.Spool;

/// <summary>An object in the spool and who still waits for it.</summary>
internal sealed class SpoolEntry(SpooledObject content, ulong pending, long number)
{
    /// <summary>How many had been added by then, with this one.</summary>
    public long Number { get; } = number;

    /// <summary>The object.</summary>
    public SpooledObject Content { get; } = content;

    /// <summary>One bit a replica that does not hold it yet.</summary>
    public ulong Pending { get; set; } = pending;

    /// <summary>Whether a replica still waits for it.</summary>
    public bool IsPendingFor(int replica) => (Pending & (1UL << replica)) != 0;
}
