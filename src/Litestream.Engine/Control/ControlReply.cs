using System.Text.Json.Serialization;

namespace Litestream.Engine.Control;

/// <summary>What a server sends: any number of messages that say that it works, then one that has a result or an error.</summary>
/// <param name="Version">Of the protocol.</param>
internal sealed record ControlReply([property: JsonRequired] int Version)
{
    /// <summary>How the replication is: the answer to each request that succeeded.</summary>
    public StatusMessage? Status { get; init; }

    /// <summary>How the replication is while it works: in a message that is not the last.</summary>
    public StatusMessage? Progress { get; init; }

    /// <summary>What a sync came to.</summary>
    public SyncMessage? Sync { get; init; }

    /// <summary>Why a request failed.</summary>
    public ErrorMessage? Error { get; init; }

    /// <summary>Whether nothing follows.</summary>
    [JsonIgnore]
    public bool IsFinal => Status is not null || Error is not null;
}
