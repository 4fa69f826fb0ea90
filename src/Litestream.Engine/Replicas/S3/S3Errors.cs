using System.Net;
using Amazon.Runtime;
using Amazon.S3;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Names what S3 stores and the way to them fail with. What nobody but a person can help is told apart from what passes.</summary>
internal static class S3Errors
{
    /// <summary>Whether an object is not there.</summary>
    public static bool IsMissing(Exception e) =>
        e is AmazonS3Exception { ErrorCode: "NoSuchKey" or "NoSuchUpload" } or AmazonS3Exception { StatusCode: HttpStatusCode.NotFound, ErrorCode: not "NoSuchBucket" };

    /// <summary>Whether the store knows the user, who lacks a right.</summary>
    public static bool LacksRight(Exception? e) => e is AmazonS3Exception { ErrorCode: "AccessDenied" or "Forbidden" }
        or DeleteObjectsException { Response.DeleteErrors: [{ Code: "AccessDenied" }, ..] };

    /// <summary>Whether it is the way or the store that has failed, and not the program.</summary>
    public static bool IsStoreError(Exception e) => e is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or TimeoutException;

    /// <summary>The same, unless somebody has ended it.</summary>
    public static bool IsStoreError(Exception e, CancellationToken cancellationToken) => !cancellationToken.IsCancellationRequested && IsStoreError(e);

    /// <summary>Whether trying again at once is of no use.</summary>
    public static bool IsFinal(Exception e) =>
        e is AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests and not HttpStatusCode.RequestTimeout };

    /// <summary>Gives a failure its name.</summary>
    /// <param name="e">The failure.</param>
    /// <param name="location">The replica.</param>
    /// <param name="what">What was tried, as "list the replica".</param>
    /// <param name="key">The object; null if it was none.</param>
    public static LitestreamException Wrap(Exception e, S3Location location, string what, string? key = null)
    {
        var (code, cause, hint) = e switch
        {
            AmazonS3Exception { ErrorCode: "NoSuchBucket" } =>
                (ErrorCode.ReplicaNotFound, $"the bucket '{location.Bucket}' is not there", "Create it, or correct the bucket, the endpoint or the region."),
            AmazonS3Exception { ErrorCode: "RequestTimeTooSkewed" } =>
                (ErrorCode.ReplicaAccessDenied, "the clock of this machine differs too much from the store's", "Set the clock of this machine."),
            AmazonS3Exception { ErrorCode: "ExpiredToken" or "InvalidToken" or "TokenRefreshRequired" } =>
                (ErrorCode.ReplicaAccessDenied, "the session token is not valid any more", "Get a new one, and start again with it."),
            AmazonS3Exception { ErrorCode: "InvalidAccessKeyId" } =>
                (ErrorCode.ReplicaAccessDenied, "the store does not know the access key", "Correct the credential, or the endpoint."),
            AmazonS3Exception { ErrorCode: "SignatureDoesNotMatch" } =>
                (ErrorCode.ReplicaAccessDenied, "the secret does not belong to the access key", "Correct the credential."),
            AmazonS3Exception { ErrorCode: "PermanentRedirect" or "AuthorizationHeaderMalformed" or "IllegalLocationConstraintException" } =>
                (ErrorCode.ReplicaAccessDenied, "the bucket is in another region", "Give its region."),
            AmazonS3Exception { ErrorCode: "QuotaExceeded" } =>
                (ErrorCode.ReplicaAccessDenied, "the store's quota is used up", "Raise the quota, or let something go."),
            AmazonS3Exception { StatusCode: HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized } denied =>
                (ErrorCode.ReplicaAccessDenied, $"the store refuses access ({denied.ErrorCode})", "Give the user s3:ListBucket, s3:GetObject, s3:PutObject and s3:DeleteObject there."),
            AmazonServiceException { StatusCode: >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError and not HttpStatusCode.TooManyRequests and not HttpStatusCode.RequestTimeout } refused =>
                (ErrorCode.ReplicaUnavailable, $"the store refuses the request ({refused.ErrorCode}: {refused.Message})", "See whether the store speaks the S3 protocol, and whether its settings fit."),
            AmazonServiceException { StatusCode: not 0 } failed =>
                (ErrorCode.ReplicaUnavailable, $"the store answers {(int)failed.StatusCode} ({failed.ErrorCode})", "It is tried again."),
            AmazonClientException when e.Message.Contains("credentials", StringComparison.OrdinalIgnoreCase) =>
                (ErrorCode.ReplicaAccessDenied, "no credential was found", "Give one, a profile, or set LITESTREAM_ACCESS_KEY_ID and LITESTREAM_SECRET_ACCESS_KEY."),
            _ => (ErrorCode.ReplicaUnavailable, $"the store can't be reached: {Innermost(e).Message}", "Check the endpoint and the network; it is tried again."),
        };
        return new(code, $"Can't {what} '{(key is null ? location : location + "/" + key)}': {cause}.", key ?? location.ToString(), hint, e);
    }

    private static Exception Innermost(Exception e) => e is not TimeoutException && e.InnerException is { } inner ? Innermost(inner) : e;
}
