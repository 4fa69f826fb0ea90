using Litestream.Engine.Configuration;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Configurations;

/// <summary>A replica that a cmdlet reads.</summary>
/// <param name="Replica">With all that is said of it.</param>
/// <param name="Database">Whose it is; null where the user named the replica.</param>
internal sealed record ReplicaSource(LitestreamReplica Replica, DatabaseConfiguration? Database);
