using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: a URL whose region or port no host can have ended with an exception of the framework.</summary>
public sealed class ImpossibleStoreTests
{
    [Theory]
    [InlineData("s3://b.localhost:99999/x")]
    [InlineData("s3://b.localhost:\u0661\u0662/x")]
    [InlineData("s3://b.a b.digitaloceanspaces.com")]
    [InlineData("s3://b.s3.\u0001.backblazeb2.com/x")]
    public void A_URL_with_a_store_that_can_not_be_is_invalid(string url)
    {
        var error = Assert.Throws<LitestreamException>(() => ReplicaClients.Open(url, "/", new()));
        Assert.Equal(ErrorCode.ReplicaUrlInvalid, error.Code);
    }
}
