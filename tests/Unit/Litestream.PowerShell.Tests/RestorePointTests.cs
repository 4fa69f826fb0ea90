using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Get-LitestreamRestorePoint.</summary>
public sealed class RestorePointTests(NotesHost notes) : IClassFixture<NotesHost>
{
    private readonly ModuleHost _host = notes.Host;

    [Theory]
    [InlineData("Get-LitestreamRestorePoint ./replica")]
    [InlineData("Get-LitestreamGeneration ./replica | Get-LitestreamRestorePoint -Verify")]
    public void Windows_of_all_generations_are_shown(string script)
    {
        var windows = _host.Run(script).Succeeded().ToDictionary(g => g.Value<string>("Generation")!);

        Assert.Equal([NotesReplica.Later, NotesReplica.Earlier], windows.Keys.Order());
        var earlier = windows[NotesReplica.Earlier];
        Assert.Equal(NotesReplica.Start.AddSeconds(30), earlier.Value<DateTimeOffset>("To"));
        Assert.InRange(earlier.Value<DateTimeOffset>("From"), NotesReplica.Start, NotesReplica.Start.AddSeconds(30));
        Assert.Equal(0, earlier.Value<int>("Index"));
        Assert.Null(earlier.Properties["Missing"].Value);
    }

    [Fact]
    public void Each_point_restores_from_the_pipeline()
    {
        var points = _host.Run("Get-LitestreamRestorePoint ./replica -All").Succeeded();
        Assert.InRange(points.Count, 4, 10);

        var restored = _host.Run(
            "$n = 0; Get-LitestreamRestorePoint ./replica -All | ForEach-Object { $_ | Restore-LitestreamDatabase -Destination \"./point$(($n++)).db\" }").Succeeded();

        Assert.Equal(points.Select(p => p.Value<string>("Generation")), restored.Select(r => r.Value<string>("Generation")));
    }

    [Fact]
    public void What_is_missing_is_named_and_a_generation_without_a_snapshot_is_a_warning()
    {
        NotesReplica.CopyTo(_host.Folder["gaps"]);
        var generations = Path.Combine(_host.Folder["gaps"], "generations");
        Directory.Delete(Path.Combine(generations, NotesReplica.Later, "snapshots"), recursive: true);
        var segment = Directory.GetFiles(Path.Combine(generations, NotesReplica.Earlier), "*.wal.lz4", SearchOption.AllDirectories).Order().ElementAt(2);
        File.Delete(segment);

        var result = _host.Run("Get-LitestreamRestorePoint ./gaps -Verify");

        Assert.EndsWith(Path.GetFileName(segment), Assert.Single(result.Output).Value<string>("Missing"), StringComparison.Ordinal);
        Assert.Contains(NotesReplica.Later, Assert.Single(result.Warnings), StringComparison.Ordinal);
    }
}
