using System.Collections;
using System.Globalization;
using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas.S3;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Binding;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Describes a replica in S3: every -Replica takes the description. Nothing is asked of the store.</summary>
[Cmdlet(VerbsCommon.New, "LitestreamReplica", DefaultParameterSetName = DefaultSet)]
[OutputType(typeof(LitestreamReplica))]
public sealed class NewLitestreamReplicaCommand : StoreCommand
{
    private static readonly TimeSpan s_longestTimeout = TimeSpan.FromDays(1);

    private const string DefaultSet = "Default";
    private const string KmsSet = "Kms";
    private const string CustomerSet = "CustomerKey";
    private const string StoreSet = "StoreKey";

    /// <summary>The replica: s3://bucket/path.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipeline = true)]
    [ValidateNotNullOrEmpty]
    public string[] Url { get; set; } = [];

    /// <summary>The storage class of what is stored, as the store calls it.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public string? StorageClass { get; set; }

    /// <summary>Encrypt with keys of the store (SSE-S3).</summary>
    [Parameter(Mandatory = true, ParameterSetName = StoreSet)]
    public SwitchParameter EncryptByStore { get; set; }

    /// <summary>Encrypt with this key of AWS KMS (SSE-KMS): its id or ARN.</summary>
    [Parameter(Mandatory = true, ParameterSetName = KmsSet)]
    [ValidateNotNullOrEmpty]
    public string? KmsKeyId { get; set; }

    /// <summary>Encrypt with this key of 32 bytes (SSE-C), which is needed to restore, too.</summary>
    [Parameter(Mandatory = true, ParameterSetName = CustomerSet)]
    [ValidateCount(32, 32)]
    public byte[]? CustomerKey { get; set; }

    /// <summary>Tags of what is stored.</summary>
    [Parameter]
    [ValidateNotNull]
    public Hashtable? Tag { get; set; }

    /// <summary>How long the store may take without getting on before the request is tried again.</summary>
    [Parameter]
    [DurationTransformation]
    public TimeSpan? Timeout { get; set; }

    /// <summary>The bucket stands in the path of a request, not in its host.</summary>
    [Parameter]
    public SwitchParameter PathStyle { get; set; }

    /// <summary>Each upload carries a checksum beside its signature.</summary>
    [Parameter]
    public SwitchParameter Checksum { get; set; }

    /// <summary>A body goes in signed chunks.</summary>
    [Parameter]
    public SwitchParameter ChunkedUpload { get; set; }

    /// <summary>A request may delete many objects.</summary>
    [Parameter]
    public SwitchParameter BatchDelete { get; set; }

    /// <summary>The store writes an object only if it is, or is not, what the request says.</summary>
    [Parameter]
    public SwitchParameter ConditionalWrite { get; set; }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var url in Url) Try(url, () => WriteObject(Describe(url)));
    }

    private LitestreamReplica Describe(string url)
    {
        if (!IsS3(url))
            throw new EngineException(ErrorCode.ReplicaUrlInvalid, $"'{url}' is no S3 replica.", url,
                "Give s3://bucket/path. A folder needs no description: give its path to -Replica.");
        if (Timeout is { Ticks: <= 0 } || Timeout > s_longestTimeout) throw Senseless("-Timeout is above 0 and at most a day.", nameof(Timeout));
        if (CustomerKey is not null && Endpoint is { Scheme: "http", IsLoopback: false })
            throw Senseless("-CustomerKey would cross the network in clear: the endpoint is no https:// URL.", nameof(CustomerKey));
        var settings = Overlay(new()) with { StorageClass = StorageClass, Encryption = ToEncryption(), Tags = ToTags(), Adapt = Adapt };
        if (Timeout is { } timeout) settings = settings with { Timeout = timeout };
        var replica = new LitestreamReplica(url, settings);
        // a URL that can't be read is told now
        OpenReplica(replica).DisposeAsync().AsTask().GetAwaiter().GetResult();
        return replica;
    }

    private S3Encryption? ToEncryption() => ParameterSetName switch
    {
        StoreSet when EncryptByStore => S3Encryption.ByStore,
        KmsSet => S3Encryption.ByKms(KmsKeyId),
        CustomerSet => S3Encryption.ByCustomer(CustomerKey),
        _ => null,
    };

    private Dictionary<string, string> ToTags() => (Tag ?? []).Cast<DictionaryEntry>().ToDictionary(
        t => Convert.ToString(t.Key, CultureInfo.InvariantCulture)!, t => Convert.ToString(t.Value, CultureInfo.InvariantCulture) ?? "");

    private S3Dialect Adapt(S3Dialect dialect) => dialect with
    {
        UsesPathStyle = Or(PathStyle, nameof(PathStyle), dialect.UsesPathStyle),
        UsesChecksums = Or(Checksum, nameof(Checksum), dialect.UsesChecksums),
        UsesChunkedUploads = Or(ChunkedUpload, nameof(ChunkedUpload), dialect.UsesChunkedUploads),
        DeletesInBatches = Or(BatchDelete, nameof(BatchDelete), dialect.DeletesInBatches),
        WritesConditionally = Or(ConditionalWrite, nameof(ConditionalWrite), dialect.WritesConditionally),
    };

    private bool Or(SwitchParameter given, string name, bool known) => MyInvocation.BoundParameters.ContainsKey(name) ? given : known;
}
