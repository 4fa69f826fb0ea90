namespace Litestream.Engine.Replication;

/// <summary>Whether one replica gets on, as the watchdog sees it.</summary>
/// <param name="Url">The replica, without secrets.</param>
/// <param name="HasWork">Whether something waits that it could take.</param>
/// <param name="Headway">A number that changes whenever it gets further than ever before: with an object, or inside one.</param>
internal readonly record struct ReplicaPulse(string Url, bool HasWork, long Headway);
