using Amazon.S3;
using Amazon.S3.Model;

namespace Litestream.Engine.Replicas.S3;

/// <summary>How the store encrypts what it holds.</summary>
public sealed class S3Encryption
{
    private const int CustomerKeySize = 32;

    private readonly ServerSideEncryptionMethod? _method;
    private readonly string? _kmsKeyId;
    private readonly string? _customerKey;

    private S3Encryption(ServerSideEncryptionMethod method, string? kmsKeyId = null) => (_method, _kmsKeyId) = (method, kmsKeyId);

    private S3Encryption(string customerKey) => _customerKey = customerKey;

    /// <summary>With keys of the store (SSE-S3).</summary>
    public static S3Encryption ByStore { get; } = new(ServerSideEncryptionMethod.AES256);

    /// <summary>With a key of AWS KMS (SSE-KMS).</summary>
    /// <param name="keyId">The key's id or ARN; null for the account's own.</param>
    public static S3Encryption ByKms(string? keyId) => new(ServerSideEncryptionMethod.AWSKMS, keyId);

    /// <summary>With a key of the user (SSE-C), which the store forgets after each request: who loses it has lost the replica.</summary>
    /// <param name="key">32 bytes.</param>
    /// <exception cref="ArgumentException">It has another length.</exception>
    public static S3Encryption ByCustomer(ReadOnlySpan<byte> key) => key.Length == CustomerKeySize ? new(Convert.ToBase64String(key))
        : throw new ArgumentException($"A key of {CustomerKeySize} bytes is needed, not one of {key.Length}.", nameof(key));

    /// <summary>Nothing of a key.</summary>
    public override string ToString() => _customerKey is not null ? "SSE-C" : _method == ServerSideEncryptionMethod.AWSKMS ? "SSE-KMS" : "SSE-S3";

    private ServerSideEncryptionCustomerMethod? CustomerMethod => _customerKey is null ? null : ServerSideEncryptionCustomerMethod.AES256;

    internal void ApplyTo(PutObjectRequest request)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (_method, _kmsKeyId);
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey) = (CustomerMethod, _customerKey);
    }

    internal void ApplyTo(InitiateMultipartUploadRequest request)
    {
        (request.ServerSideEncryptionMethod, request.ServerSideEncryptionKeyManagementServiceKeyId) = (_method, _kmsKeyId);
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey) = (CustomerMethod, _customerKey);
    }

    internal void ApplyTo(UploadPartRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey) = (CustomerMethod, _customerKey);

    internal void ApplyTo(GetObjectRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey) = (CustomerMethod, _customerKey);

    internal void ApplyTo(GetObjectMetadataRequest request) =>
        (request.ServerSideEncryptionCustomerMethod, request.ServerSideEncryptionCustomerProvidedKey) = (CustomerMethod, _customerKey);
}
