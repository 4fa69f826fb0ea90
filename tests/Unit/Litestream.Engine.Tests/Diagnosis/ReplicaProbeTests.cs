using Litestream.Engine.Diagnosis;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

public sealed class ReplicaProbeTests
{
    private static readonly string[] s_checks = ["ReplicaList", "ReplicaPut", "ReplicaGet", "ReplicaDelete"];

    [Fact]
    public async Task Each_right_is_tried_and_nothing_is_left()
    {
        var replica = new MemoryReplicaClient();

        var findings = await ProbeAsync(replica);

        Assert.Equal(s_checks.Select(c => (c, FindingSeverity.Ok)), findings.Select(f => (f.Check, f.Severity)));
        Assert.Empty(replica.Objects);
    }

    [Theory]
    [InlineData("get", "ReplicaGet")]
    [InlineData("delete", "ReplicaDelete")]
    public async Task Right_that_is_missing_is_named(string operation, string check)
    {
        var replica = new MemoryReplicaClient();

        var findings = await ProbeAsync(new FailingReplicaClient(replica) { Fails = (done, _) => done == operation });

        Assert.Equal(s_checks.Select(c => (c, c == check ? FindingSeverity.Error : FindingSeverity.Ok)), findings.Select(f => (f.Check, f.Severity)));
        Assert.Equal(operation == "delete", replica.Objects.Keys.Any(k => findings.Any(f => f.Message.Contains($"'{k}' may be left there", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task What_can_not_be_stored_is_not_read()
    {
        var findings = await ProbeAsync(new FailingReplicaClient(new MemoryReplicaClient()) { Fails = (done, _) => done == "put" });

        Assert.Equal([FindingSeverity.Ok, FindingSeverity.Error, FindingSeverity.Information, FindingSeverity.Ok], findings.Select(f => f.Severity));
    }

    [Fact]
    public async Task Where_nobody_answers_nothing_else_is_tried()
    {
        var tries = new List<string>();

        var findings = await ProbeAsync(new FailingReplicaClient(new MemoryReplicaClient())
        {
            Fails = (done, _) =>
            {
                tries.Add(done);
                return true;
            },
        });

        Assert.Equal(["list"], tries);
        Assert.Equal(s_checks, findings.Select(f => f.Check));
        Assert.Equal(FindingSeverity.Error, findings[0].Severity);
        Assert.All(findings.Skip(1), f => Assert.Equal((FindingSeverity.Information, "Not tried, as nothing could be listed."), (f.Severity, f.Message)));
    }

    [Fact]
    public async Task What_was_stored_is_deleted_when_the_rest_is_cancelled()
    {
        var replica = new MemoryReplicaClient();
        using var cancel = new CancellationTokenSource();
        var stored = false;
        var hooked = new FailingReplicaClient(replica)
        {
            Fails = (done, _) =>
            {
                if (done == "get")
                {
                    stored = replica.Objects.Count == 1;
                    cancel.Cancel();
                }

                return false;
            },
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new ReplicaProbe(new()).RunAsync(hooked, cancel.Token));

        Assert.True(stored);
        Assert.Empty(replica.Objects);
    }

    [Theory]
    [InlineData("replica")]
    [InlineData("new/replica")]
    public async Task Folder_is_left_as_it_was(string name)
    {
        using var folder = new TempFolder();
        Directory.CreateDirectory(folder["replica"]);
        var before = Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories).ToList();
        await using var replica = ReplicaClients.Open(folder[name], "/", new());

        Assert.All(await ProbeAsync(replica), f => Assert.Equal(FindingSeverity.Ok, f.Severity));

        Assert.Equal(before, Directory.EnumerateFileSystemEntries(folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Folder_that_can_not_be_written_is_told()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder["file"], "");
        await using var replica = ReplicaClients.Open(folder["file/replica"], "/", new());

        Assert.Contains(await ProbeAsync(replica), f => f is { Check: "ReplicaPut", Severity: FindingSeverity.Error });
    }

    [Fact]
    public async Task Folder_in_which_nothing_could_be_stored_is_not_said_to_be_deleted_from()
    {
        using var folder = new TempFolder();
        await using var replica = ReplicaClients.Open(folder["replica"], "/", new() { Files = new FaultyFileSystem { WriteFault = () => new IOException("No space.") } });

        var findings = await ProbeAsync(replica);

        Assert.Equal([FindingSeverity.Ok, FindingSeverity.Error, FindingSeverity.Information, FindingSeverity.Information], findings.Select(f => f.Severity));
        Assert.All(findings.TakeLast(2), f => Assert.StartsWith("Not tried", f.Message, StringComparison.Ordinal));
    }

    private static Task<IReadOnlyList<EnvironmentFinding>> ProbeAsync(IReplicaClient replica) => new ReplicaProbe(new()).RunAsync(replica, default);
}
