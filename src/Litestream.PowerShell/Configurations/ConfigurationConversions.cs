using Litestream.Engine.Configuration;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Configurations;

/// <summary>Makes what users see out of what a configuration says.</summary>
internal static class ConfigurationConversions
{
    internal static LitestreamReplica ToModel(this ReplicaConfiguration replica) => replica.S3 is { } settings ? new(replica.Url, settings) : new(replica.Url);

    internal static LitestreamReplica[] ToReplicas(this DatabaseConfiguration database) => [.. database.Replicas.Select(r => r.ToModel())];
}
