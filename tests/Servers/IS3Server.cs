namespace Litestream.Servers;

/// <summary>A store that speaks S3, on the loopback; it ends with the tests, or by itself.</summary>
internal interface IS3Server
{
    Uri Endpoint { get; }

    /// <summary>A key and its secret that may do all.</summary>
    (string Key, string Secret) Credential { get; }
}
