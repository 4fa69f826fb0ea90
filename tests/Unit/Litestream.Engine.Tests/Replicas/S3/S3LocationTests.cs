using Litestream.Engine.Errors;
using Litestream.Engine.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>Replica format 6.3.</summary>
public sealed class S3LocationTests
{
    [Theory]
    [InlineData("s3://bkt/a/b/", "bkt", "a/b/", null, null)]
    [InlineData("s3://bkt", "bkt", "", null, null)]
    [InlineData("s3://bkt//a/b?x=1", "bkt", "a/b/", null, null)]
    [InlineData("s3://bkt/x%20y", "bkt", "x%20y/", null, null)]
    [InlineData("s3://bkt.localhost:9000/p", "bkt", "p/", "http://localhost:9000/", "us-east-1")]
    [InlineData("s3://bkt.localhost/p", "bkt", "p/", "http://localhost/", "us-east-1")]
    [InlineData("s3://bkt.s3.eu-central-003.backblazeb2.com/p", "bkt", "p/", "https://s3.eu-central-003.backblazeb2.com/", "eu-central-003")]
    [InlineData("s3://bkt.s3.filebase.com/p", "bkt", "p/", "https://s3.filebase.com/", "us-east-1")]
    [InlineData("s3://bkt.fra1.digitaloceanspaces.com/p", "bkt", "p/", "https://fra1.digitaloceanspaces.com/", "fra1")]
    [InlineData("s3://bkt.s3.fr-par.scw.cloud/p", "bkt", "p/", "https://s3.fr-par.scw.cloud/", "fr-par")]
    [InlineData("s3://bkt.eu-central-1.linodeobjects.com/p", "bkt", "p/", "https://eu-central-1.linodeobjects.com/", "eu-central-1")]
    [InlineData("s3://b.s3.eu-central-1.amazonaws.com/p", "b.s3.eu-central-1.amazonaws.com", "p/", null, null)]
    [InlineData("s3://b.minio.example.com:9000/p", "b.minio.example.com", "p/", null, null)]
    public void Parse_reads_a_URL_as_Litestream_does(string url, string bucket, string prefix, string? endpoint, string? region)
    {
        var location = S3Location.Parse(url);
        Assert.Equal((bucket, prefix, endpoint, region), (location.Bucket, location.Prefix, location.Endpoint?.AbsoluteUri, location.Region));
    }

    [Theory]
    [InlineData("s3://")]
    [InlineData("s3:///path")]
    [InlineData("s3://localhost:9000/p")]
    [InlineData("s3://a")]
    [InlineData("s3://user:secret@bucket/path")]
    public void Parse_refuses_what_names_no_bucket(string url)
    {
        var e = Assert.Throws<LitestreamException>(() => S3Location.Parse(url));
        Assert.Equal(ErrorCode.ReplicaUrlInvalid, e.Code);
        Assert.DoesNotContain("secret", e.Message + e.Target + e.Hint, StringComparison.Ordinal);
    }
}
