using System.ComponentModel;
using System.Management.Automation;
using System.Net;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Abstractions;

/// <summary>Base of the cmdlets that open replicas: what is said of an S3 replica beside its URL.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public abstract class StoreCommand : LitestreamCommand
{
    private const string S3Scheme = "s3://";
    private const string SettingNames = "-Endpoint, -Region, -Credential, -SessionToken and -ProfileName";

    /// <summary>Where the S3 store is, if it is not AWS.</summary>
    [Parameter]
    [ValidateNotNull]
    public Uri? Endpoint { get; set; }

    /// <summary>The region of the S3 bucket.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? Region { get; set; }

    /// <summary>The access key and its secret.</summary>
    [Parameter]
    [ValidateNotNull]
    public PSCredential? Credential { get; set; }

    /// <summary>The token that belongs to a temporary credential.</summary>
    [Parameter]
    [ValidateNotNull]
    public System.Security.SecureString? SessionToken { get; set; }

    /// <summary>A profile of the AWS configuration files.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? ProfileName { get; set; }

    private protected static bool IsS3(string url) => url.StartsWith(S3Scheme, StringComparison.OrdinalIgnoreCase);

    private protected void TryWithReplica(LitestreamReplica replica, Action<IReplicaClient> work) => Try(replica.Url, () => WithReplica(replica, client =>
    {
        work(client);
        return true;
    }));

    private protected T WithReplica<T>(LitestreamReplica replica, Func<IReplicaClient, T> work)
    {
        var client = OpenReplica(replica);
        try
        {
            return work(client);
        }
        finally
        {
            client.DisposeAsync().AsTask().GetAwaiter().GetResult();
        }
    }

    /// <summary>A URL goes to the engine as it is; a path may be one of a PowerShell drive, or relative to its location.</summary>
    private protected IReplicaClient OpenReplica(LitestreamReplica replica)
    {
        // Litestream 0.3 passes over it, but whoever writes it, as in 0.5, means another store than the one that would be taken
        if (IsS3(replica.Url) && replica.Url.Contains('?', StringComparison.Ordinal))
            // not repeated: it may hold a secret
            throw new EngineException(ErrorCode.ReplicaUrlInvalid, "What stands behind '?' in an S3 URL is not read.", S3Scheme,
                "Write it as parameters: -Endpoint, -Region and -Credential, or those of New-LitestreamReplica.");
        return ReplicaClients.Open(
            replica.Url.Contains("://", StringComparison.Ordinal) ? replica.Url : ResolvePath(replica.Url),
            SessionState.Path.CurrentFileSystemLocation.ProviderPath, Environment, SettingsOf(replica));
    }

    /// <summary>The same with what this cmdlet was told of it, at another path or URL.</summary>
    private protected LitestreamReplica Complete(LitestreamReplica replica, string url) =>
        SettingsOf(replica) is { } settings ? new(url, settings) : new(url);

    /// <summary>Of several replicas nobody could say which one is meant.</summary>
    /// <param name="replicas">The replicas of one database.</param>
    private protected void EnsureSettingsFit(IReadOnlyCollection<LitestreamReplica> replicas)
    {
        if (HasSettings && replicas.Count > 1)
            throw new EngineException(ErrorCode.InvalidArgument, $"{SettingNames} belong to one replica, and {replicas.Count} are given.",
                string.Join(", ", replicas), "Make a description of each with New-LitestreamReplica, and give those to -Replica.");
    }

    /// <summary>What the flat parameters say, over what a description says.</summary>
    private protected S3Settings Overlay(S3Settings described)
    {
        if (SessionToken is not null && Credential is null) throw Senseless("-SessionToken belongs to a -Credential.", nameof(SessionToken));
        if (Credential is not null && ProfileName is not null) throw Senseless("-Credential and -ProfileName say the same thing twice.", nameof(Credential));
        if (Endpoint is not (null or { IsAbsoluteUri: true, Scheme: "http" or "https", UserInfo: "" }))
            // not repeated: it may hold a password
            throw Senseless("The endpoint is no http:// or https:// URL, or has a user in it.", nameof(Endpoint));
        return described with
        {
            Endpoint = Endpoint ?? described.Endpoint,
            Region = Region ?? described.Region,
            Credential = Credential is not null ? ToCredential(Credential) : ProfileName is not null ? null : described.Credential,
            ProfileName = ProfileName ?? (Credential is not null ? null : described.ProfileName),
        };
    }

    private protected static EngineException Senseless(string message, string target) => new(
        ErrorCode.InvalidArgument, message, target, "Get-Help New-LitestreamReplica tells what belongs together; an endpoint is a URL as https://minio.example.com:9000.");

    private S3Credential ToCredential(PSCredential credential)
    {
        var (network, token) = (credential.GetNetworkCredential(), SessionToken is null ? null : new NetworkCredential("", SessionToken).Password);
        return new(network.UserName, network.Password, token);
    }

    private bool HasSettings => Endpoint is not null || Region is not null || Credential is not null || SessionToken is not null || ProfileName is not null;

    private protected S3Settings? SettingsOf(LitestreamReplica replica)
    {
        if (!HasSettings) return replica.Settings;
        if (!IsS3(replica.Url))
            throw new EngineException(ErrorCode.InvalidArgument, $"{SettingNames} belong to an S3 replica, and '{replica}' is none.",
                replica.Url, "Give s3://bucket/path, or leave them out.");
        return Overlay(replica.Settings ?? new());
    }
}
