using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>How the capture side gets on, as the watchdog sees it.</summary>
/// <param name="LastLook">When the database was last looked at with success, UTC.</param>
/// <param name="IsOpen">Whether the database is watched.</param>
/// <param name="Position">How far it is captured.</param>
/// <param name="UncutFor">How long something captured has not become durable in the spool; zero if nothing waits for that.</param>
/// <param name="SnapshotBytes">Bytes of the database that a snapshot in the making has copied; null if none is being made.</param>
/// <param name="IsToldAtOnce">Whether the watchdog is woken at once when the database changes.</param>
internal readonly record struct SourcePulse(
    DateTimeOffset LastLook, bool IsOpen, Position? Position, TimeSpan UncutFor, long? SnapshotBytes, bool IsToldAtOnce);
