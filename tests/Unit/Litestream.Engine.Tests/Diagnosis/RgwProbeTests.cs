using Litestream.Engine.Diagnosis;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Replicas.S3;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

/// <summary>The tries on a bucket whose policy lacks a right.</summary>
public sealed class RgwProbeTests(RgwServer server) : IClassFixture<RgwServer>
{
    private static readonly (string Check, string Action)[] s_rights =
        [("ReplicaList", "s3:ListBucket"), ("ReplicaPut", "s3:PutObject"), ("ReplicaGet", "s3:GetObject"), ("ReplicaDelete", "s3:DeleteObject")];

    [SkippableTheory]
    [InlineData("s3:ListBucket")]
    [InlineData("s3:PutObject")]
    [InlineData("s3:GetObject")]
    [InlineData("s3:DeleteObject")]
    [InlineData("none")]
    public async Task Right_that_a_policy_lacks_is_named(string lacking)
    {
        var url = await server.CreateBucketAsync();
        var bucket = url["s3://".Length..];
        var user = $"user{Guid.NewGuid():N}";
        await server.Gateway.Cluster.CreateUserAsync(user, user, $"{user}-secret");
        using var owner = server.Connect();
        await owner.PutBucketPolicyAsync(bucket, $$"""
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": ["arn:aws:iam:::user/{{user}}"]},
              "Action": [{{string.Join(", ", s_rights.Where(r => r.Action != lacking).Select(r => $"\"{r.Action}\""))}}],
              "Resource": ["arn:aws:s3:::{{bucket}}", "arn:aws:s3:::{{bucket}}/*"]}]}
            """);
        await using var replica = ReplicaClients.Open(url, "/", new(), server.Settings with { Credential = new(user, $"{user}-secret") });

        var findings = await new ReplicaProbe(new()).RunAsync(replica, default);

        var named = findings.Where(f => f.Severity == FindingSeverity.Error).Select(f => f.Hint!).ToList();
        if (lacking == "none") Assert.Empty(named);
        else Assert.StartsWith($"Give the user {lacking}", Assert.Single(named), StringComparison.Ordinal);
        Assert.Equal(s_rights.First(r => lacking == "none" || r.Action == lacking).Check, lacking == "none" ? findings[0].Check : findings.First(f => f.Severity == FindingSeverity.Error).Check);
        Assert.Equal(lacking == "s3:DeleteObject" ? 1 : 0, (await owner.ListObjectsV2Async(new() { BucketName = bucket })).KeyCount ?? 0);
    }
}
