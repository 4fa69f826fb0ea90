using Litestream.Engine.Diagnosis;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

/// <summary>The tries on a bucket whose policy lacks a right.</summary>
public sealed class RgwProbeTests(RgwServer server) : IClassFixture<RgwServer>
{
    private const string None = "none";

    [SkippableTheory]
    [InlineData("s3:ListBucket", "ReplicaList")]
    [InlineData("s3:PutObject", "ReplicaPut")]
    [InlineData("s3:GetObject", "ReplicaGet")]
    [InlineData("s3:DeleteObject", "ReplicaDelete")]
    [InlineData(None, null)]
    public async Task Right_that_a_policy_lacks_is_named(string lacking, string? check)
    {
        var url = await server.CreateBucketAsync();
        var bucket = url["s3://".Length..];
        var user = $"user{Guid.NewGuid():N}";
        await server.Gateway.Cluster.CreateUserAsync(user, user, $"{user}-secret");
        using var owner = server.Connect();
        await owner.PutBucketPolicyAsync(bucket, $$"""
            {"Version": "2012-10-17", "Statement": [{{Statement("Allow", "s3:*")}}{{(lacking == None ? "" : ", " + Statement("Deny", lacking))}}]}
            """);
        string Statement(string effect, string action) => $$"""
            {"Effect": "{{effect}}", "Principal": {"AWS": ["arn:aws:iam:::user/{{user}}"]}, "Action": ["{{action}}"], "Resource": ["arn:aws:s3:::{{bucket}}", "arn:aws:s3:::{{bucket}}/*"]}
            """;

        await using var replica = ReplicaClients.Open(url, "/", new(), server.Settings with { Credential = new(user, $"{user}-secret") });

        var findings = await new ReplicaProbe(new()).RunAsync(replica, default);

        var failed = findings.Where(f => f.Severity == FindingSeverity.Error).ToList();
        Assert.Equal(check is null ? [] : [check], failed.Select(f => f.Check));
        Assert.All(failed, f => Assert.StartsWith($"Give the user {lacking}", f.Hint, StringComparison.Ordinal));
        Assert.Equal(lacking == "s3:DeleteObject" ? 1 : 0, (await owner.ListObjectsV2Async(new() { BucketName = bucket })).KeyCount ?? 0);
    }
}
