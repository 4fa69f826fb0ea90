using Litestream.Engine.Diagnosis;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Replicas.S3;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

public sealed class MotoProbeTests(MotoServer server) : IClassFixture<MotoServer>
{
    [SkippableTheory]
    [InlineData(0, FindingSeverity.Ok)]
    [InlineData(5, FindingSeverity.Warning)]
    [InlineData(-5, FindingSeverity.Warning)]
    [InlineData(20, FindingSeverity.Error)]
    public async Task Clock_of_the_store_is_compared(int minutes, FindingSeverity severity)
    {
        var url = await server.CreateBucketAsync();
        await using var replica = ReplicaClients.Open(url, "/", new() { Time = new FakeTimeProvider(DateTimeOffset.UtcNow.AddMinutes(minutes)) }, server.Settings);

        var findings = await new ReplicaProbe(new()).RunAsync(replica, default);

        Assert.Equal(["ReplicaList", "ReplicaPut", "ReplicaGet", "ReplicaDelete", "ClockSkew"], findings.Select(f => f.Check));
        Assert.Equal(severity, findings[^1].Severity);
        using var client = server.Connect();
        Assert.Equal(0, (await client.ListObjectsV2Async(new() { BucketName = url["s3://".Length..] })).KeyCount ?? 0);
    }

    [SkippableFact]
    public async Task Bucket_that_is_not_there_is_told_once()
    {
        await using var replica = ReplicaClients.Open("s3://never-was", "/", new(), server.Settings);

        var findings = await new ReplicaProbe(new()).RunAsync(replica, default);

        Assert.Equal([("ReplicaList", FindingSeverity.Error), ("ClockSkew", FindingSeverity.Ok)], findings.Where(f => f.Severity != FindingSeverity.Information).Select(f => (f.Check, f.Severity)));
    }
}
