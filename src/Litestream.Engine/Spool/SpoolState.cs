using Litestream.Engine.Capture;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>What has to be remembered over a restart: where the stream ends and to which point of the source that belongs.
/// Written after each segment is durable; segments beyond it do not count.</summary>
/// <param name="Generation">The generation, 16 hex digits.</param>
/// <param name="Head">End of the stream.</param>
/// <param name="Source">The same point in the source's WAL.</param>
/// <param name="SourceFile">Which file the database was.</param>
/// <param name="BootId">Which run of the operating system: after a power loss the WAL may be any mix of old and new pages.</param>
/// <param name="LastTime">Time of the newest object; times never go back in a stream.</param>
public sealed record SpoolState(
    string Generation, StreamHead Head, CapturePoint Source, FileIdentity? SourceFile, string BootId, DateTimeOffset LastTime)
{
    /// <summary>Length and time of the database file when our reader came to rest, or an orderly stop let it go: a file that was put back in place since then (which
    /// keeps its identity, and a WAL that our leaving keeps beside it) differs. It held all of the WAL then. Null while something is captured.</summary>
    public SourceStamp? Stamp { get; init; }

    /// <summary>Which file the WAL was; null if nobody knows.</summary>
    public FileIdentity? SourceWal { get; init; }

    /// <summary>URLs, without secrets, of the replicas that all of the generation was offered to: not of one that was given up meanwhile, or was added later. Null in a state of an
    /// earlier version.</summary>
    public IReadOnlyList<string>? Replicas { get; init; }

    /// <summary>Version of the journal's form.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>The version written now.</summary>
    public const int CurrentVersion = 2;
}
