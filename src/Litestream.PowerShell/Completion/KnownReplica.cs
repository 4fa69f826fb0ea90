using Litestream.Engine.Format;

namespace Litestream.PowerShell.Completion;

/// <summary>A replica, as far as this machine knows it.</summary>
/// <param name="Name">What tells it from the others; empty where there is one.</param>
/// <param name="Folder">Full path, if it is a folder.</param>
/// <param name="Present">Of one in a store, the generation that its database is in; null if that is not known here.</param>
internal sealed record KnownReplica(string Name, string? Folder, GenerationId? Present = null);
