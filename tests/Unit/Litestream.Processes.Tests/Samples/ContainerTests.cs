using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>samples/Container: what its file starts, as process 1 of a namespace, whose signals nobody handles by default.</summary>
public sealed class ContainerTests : ReplicationTests
{
    private readonly SampleFile _file;
    private readonly (string, string)[] _environment;

    public ContainerTests()
    {
        _file = SampleFile.Read("Container/Containerfile", Host.Folder.Path);
        _environment = [("LITESTREAM_DATABASE", Database), ("LITESTREAM_REPLICA", Host.Folder["replica"])];
    }

    [SkippableFact]
    public void Process_1_answers_SIGTERM_with_a_last_sync_and_ends()
    {
        SkipWithoutNamespaces();
        using var container = Start();
        container.WaitForLine("SnapshotShipped");
        Application.Write(Database, commits: 20);

        container.Terminate(container.Child());
        var end = container.WaitForEnd();

        Assert.True(end.ExitCode == 0, $"{end.ExitCode} {end.Errors}");
        Assert.Equal(Application.State(Database), StateOfRestored());
    }

    [SkippableFact]
    public void Health_check_tells_a_replication_that_works()
    {
        SkipWithoutNamespaces();
        using var container = Start();
        container.WaitForLine("SnapshotShipped");
        var inside = $"nsenter --target {container.Child()} --pid --mount {_file.Command("HEALTHCHECK ")}";

        var healthy = SampleProcess.Run(inside, _environment);
        var lagging = SampleProcess.Run($"{inside} -MaxLag 0", _environment);
        var alone = SampleProcess.Run(_file.Command("HEALTHCHECK "), ("LITESTREAM_DATABASE", Host.Folder["other.db"]));

        Assert.True(healthy.ExitCode == 0, healthy.Errors);
        Assert.Contains("Running", healthy.Output, StringComparison.Ordinal);
        Assert.Equal((1, 1), (lagging.ExitCode, alone.ExitCode));
    }

    [SkippableFact]
    public void Container_without_settings_ends_with_what_no_other_start_changes() =>
        Assert.Equal(4, SampleProcess.Run(CommandLine, ("LITESTREAM_DATABASE", "")).ExitCode);

    private string CommandLine => $"{_file.Command("ENTRYPOINT ")} {_file.Command("CMD ")}";

    private static void SkipWithoutNamespaces() =>
        Skip.IfNot(SampleProcess.Has("unshare", "nsenter") && SampleProcess.Can("unshare --pid --fork --mount-proc true"), "May not make a process namespace");

    private SampleProcess Start() => SampleProcess.Start($"unshare --pid --fork --kill-child --mount-proc {CommandLine}", _environment);
}
