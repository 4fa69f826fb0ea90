using Amazon.S3;
using Amazon.SecurityToken;
using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Litestream.Servers;
using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>What an administrator of the store does to a replication that runs, and what is wrong from the start.</summary>
public sealed class RgwAdministrationTests(RgwServer server) : IClassFixture<RgwServer>, IDisposable
{
    private readonly TestDatabase _database = new();
    private readonly string _user = $"user{Guid.NewGuid():N}";

    public void Dispose() => _database.Dispose();

    [SkippableFact]
    public async Task A_wrong_secret_is_told()
    {
        var url = await server.CreateBucketAsync();
        var e = await FailAsync(url, server.Settings with { Credential = new("key", "not-the-secret") });
        Assert.Equal(ErrorCode.ReplicaAccessDenied, e.Code);
        Assert.Contains("secret does not belong", e.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("not-the-secret", e.ToString(), StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task An_unknown_key_is_told()
    {
        var url = await server.CreateBucketAsync();
        var e = await FailAsync(url, server.Settings with { Credential = new("nobody", "secret") });
        Assert.Equal(ErrorCode.ReplicaAccessDenied, e.Code);
        Assert.Contains("does not know the access key", e.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public async Task A_bucket_of_somebody_else_is_told()
    {
        var url = await server.CreateBucketAsync();
        var e = await FailAsync(url, await CreateUserAsync());
        Assert.Equal(ErrorCode.ReplicaAccessDenied, e.Code);
    }

    [SkippableFact]
    public async Task A_mistyped_bucket_is_told()
    {
        var e = await FailAsync("s3://never-was", server.Settings);
        Assert.Equal(ErrorCode.ReplicaNotFound, e.Code);
    }

    [SkippableFact]
    public async Task A_session_token_is_used_and_one_that_is_not_the_right_one_is_told()
    {
        var url = await server.CreateBucketAsync();
        using var gateway = await server.Gateway.Cluster.StartGatewayAsync(hasSessions: true);
        using var sessions = new AmazonSecurityTokenServiceClient(RgwGateway.Key, RgwGateway.Secret,
            new AmazonSecurityTokenServiceConfig { ServiceURL = gateway.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1" });
        await server.Gateway.Cluster.CreateRoleAsync(_user, "tester");
        var session = (await sessions.AssumeRoleAsync(new() { RoleArn = $"arn:aws:iam:::role/{_user}", RoleSessionName = "drill" })).Credentials;
        var settings = server.SettingsFor(gateway.Endpoint) with { Credential = new(session.AccessKeyId, session.SecretAccessKey, session.SessionToken) };
        _database.App.Insert(10);
        await using (var replication = RunningReplication.Start(_database.Path, [Open(url, settings)]))
        {
            await replication.SyncAsync();
            await replication.StopAsync();
        }

        Assert.Equal(_database.App.Image(), await RestoreAsync(url, settings));
        var e = await FailAsync(url, settings with { Credential = new(session.AccessKeyId, session.SecretAccessKey, session.SessionToken[..^8] + "AAAAAAA=") });
        Assert.Equal(ErrorCode.ReplicaAccessDenied, e.Code);
    }

    [SkippableFact]
    public async Task A_user_that_is_suspended_meanwhile_is_told_at_once_and_goes_on_when_it_may()
    {
        await EndureAsync(
            cluster => cluster.AdministerAsync("user", "suspend", $"--uid={_user}"),
            cluster => cluster.AdministerAsync("user", "enable", $"--uid={_user}"));
    }

    [SkippableFact]
    public async Task A_key_that_is_removed_meanwhile_is_told_at_once_and_goes_on_when_it_is_back()
    {
        await EndureAsync(
            cluster => cluster.AdministerAsync("key", "rm", $"--uid={_user}", $"--access-key={_user}"),
            cluster => cluster.AdministerAsync("key", "create", $"--uid={_user}", $"--access-key={_user}", $"--secret={_user}-secret"));
    }

    [SkippableFact]
    public async Task A_quota_that_is_used_up_is_told_at_once_and_goes_on_when_it_is_raised()
    {
        await EndureAsync(
            cluster => cluster.AdministerAsync("quota", "set", "--quota-scope=user", $"--uid={_user}", "--max-objects=1")
                .ContinueWith(_ => cluster.AdministerAsync("quota", "enable", "--quota-scope=user", $"--uid={_user}")).Unwrap(),
            cluster => cluster.AdministerAsync("quota", "disable", "--quota-scope=user", $"--uid={_user}"));
    }

    [SkippableFact]
    public async Task A_gateway_that_is_killed_costs_nothing_but_time()
    {
        var url = await server.CreateBucketAsync();
        var gateway = await server.Gateway.Cluster.StartGatewayAsync();
        _database.App.Insert(100);
        await using var replication = RunningReplication.Start(_database.Path, [Open(url, server.SettingsFor(gateway.Endpoint))]);
        await replication.SyncAsync();
        for (var kills = 0; kills < 2; kills++)
        {
            _database.App.Insert(50);
            gateway.Dispose();
            _database.App.Insert(50);
            await replication.UntilAsync(() => replication.Status.Replicas[0].State == ReplicaState.Retrying, "the gateway is missed");
            gateway = await gateway.StartAgainAsync();
            await replication.UntilAsync(() => replication.Status.Replicas[0] is { State: ReplicaState.Running, LagBytes: 0 }, "it has caught up");
        }

        await replication.StopAsync();
        gateway.Dispose();
        Assert.Equal(_database.App.Image(), await RestoreAsync(url));
    }

    private static IReplicaClient Open(string url, S3Settings settings) => ReplicaClients.Open(url, "/", new(), settings);

    private static async Task<LitestreamException> FailAsync(string url, S3Settings settings)
    {
        await using var client = Open(url, settings);
        var e = await Assert.ThrowsAsync<LitestreamException>(() => client.PutAsync("x", new MemoryStream([1]), DateTimeOffset.UnixEpoch, default));
        Assert.Equal(e.Code, (await Assert.ThrowsAsync<LitestreamException>(async () => await client.ListFoldersAsync("", default).ToListAsync())).Code);
        return e;
    }

    private async Task<S3Settings> CreateUserAsync()
    {
        await server.Gateway.Cluster.CreateUserAsync(_user, _user, _user + "-secret");
        return server.Settings with { Credential = new(_user, _user + "-secret") };
    }

    /// <summary>Replicates, lets something be taken away and given back, and restores.</summary>
    private async Task EndureAsync(Func<RgwCluster, Task> take, Func<RgwCluster, Task> giveBack)
    {
        var settings = await CreateUserAsync();
        var bucket = $"test-{Guid.NewGuid():N}";
        using (var owner = new AmazonS3Client(_user, _user + "-secret", new AmazonS3Config { ServiceURL = server.Endpoint.AbsoluteUri, AuthenticationRegion = "us-east-1", ForcePathStyle = true }))
            await owner.PutBucketAsync(bucket);
        _database.App.Insert(100);
        await using var replication = RunningReplication.Start(_database.Path, [Open($"s3://{bucket}/db", settings)]);
        await replication.SyncAsync();
        await take(server.Gateway.Cluster);
        await replication.UntilAsync(() =>
        {
            _database.App.Insert(1);
            return replication.Status.Replicas[0].State == ReplicaState.Retrying;
        }, "the refusal is seen");
        var told = await replication.WaitForAsync(ReplicationEventKind.RetryScheduled);
        Assert.Equal((ReplicationSeverity.Error, ErrorCode.ReplicaAccessDenied), (told.Severity, (told.Error as LitestreamException)?.Code));
        await giveBack(server.Gateway.Cluster);
        await replication.UntilAsync(() => replication.Status.Replicas[0] is { State: ReplicaState.Running, LagBytes: 0 }, "it goes on");
        await replication.StopAsync();
        Assert.Equal(_database.App.Image(), await RestoreAsync($"s3://{bucket}/db", settings));
    }

    private async Task<byte[]> RestoreAsync(string url, S3Settings? settings = null)
    {
        var target = _database[$"restored-{Guid.NewGuid():N}.db"];
        await using var client = Open(url, settings ?? server.Settings);
        var plan = await new RestorePlanner(client).PlanAsync(new(), default);
        await new Restorer(new()).RestoreAsync(client, plan, target, new() { Check = IntegrityCheckMode.Full }, null, default);
        return await File.ReadAllBytesAsync(target);
    }
}
