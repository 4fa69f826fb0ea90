namespace Litestream.Engine.Replicas.S3;

/// <summary>What a store knows a user by. Never shown.</summary>
/// <param name="accessKeyId">The public part.</param>
/// <param name="secretAccessKey">The secret.</param>
/// <param name="sessionToken">The token of a temporary credential; null for a lasting one.</param>
public sealed class S3Credential(string accessKeyId, string secretAccessKey, string? sessionToken = null)
{
    /// <summary>The public part.</summary>
    public string AccessKeyId => accessKeyId;

    internal string SecretAccessKey => secretAccessKey;

    internal string? SessionToken => sessionToken;

    /// <summary>Nothing of it.</summary>
    public override string ToString() => "(credential)";
}
