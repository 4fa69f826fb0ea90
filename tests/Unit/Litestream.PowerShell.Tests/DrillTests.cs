using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class DrillTests(NotesHost notes) : IClassFixture<NotesHost>
{
    private readonly ModuleHost _host = notes.Host;

    [Theory]
    [InlineData("Test-LitestreamBackup ./replica", NotesReplica.Later, 1640L)]
    [InlineData("'./replica' | Test-LitestreamBackup", NotesReplica.Later, 1640L)]
    [InlineData("[pscustomobject]@{ Replica = './replica'; Generation = $null } | Test-LitestreamBackup", NotesReplica.Later, 1640L)]
    [InlineData($"Get-LitestreamGeneration ./replica {NotesReplica.Earlier} | Test-LitestreamBackup", NotesReplica.Earlier, 5392L)]
    [InlineData($"Test-LitestreamBackup ./replica -Generation {NotesReplica.Earlier} -Index 0 -Offset 4320", NotesReplica.Earlier, 4320L)]
    [InlineData($"Get-LitestreamWalSegment ./replica {NotesReplica.Earlier} | Where-Object EndOffset -eq 4856 | Test-LitestreamBackup", NotesReplica.Earlier, 4856L)]
    [InlineData($"Get-LitestreamSnapshot ./replica {NotesReplica.Earlier} | Test-LitestreamBackup", NotesReplica.Earlier, 0L)]
    [InlineData("Test-LitestreamBackup ./replica -Timestamp '2026-05-01T12:00:25Z'", NotesReplica.Earlier, 4856L)]
    public void Drill_restores_what_was_asked_for(string script, string generation, long offset)
    {
        var drill = Assert.Single(_host.Run(script).Succeeded());

        Assert.Equal("Passed", drill.Value<string>("Result"));
        Assert.Equal((generation, (int?)0, (long?)offset), (drill.Value<string>("Generation"), drill.Value<int?>("Index"), drill.Value<long?>("Offset")));
        Assert.Equal(["Passed", "Passed", "Passed", "NotDone", "NotDone"], Statuses(drill));
        Assert.Null(drill.Value<object>("Error"));
        Assert.Null(drill.Value<object>("RestoredPath"));
        Assert.True(drill.Value<bool>("RpoIsUpperBound"));
        Assert.True(drill.Value<TimeSpan>("Duration") > TimeSpan.Zero);
    }

    [Fact]
    public void Random_points_pass()
    {
        var drills = _host.Run("foreach ($i in 1..12) { Test-LitestreamBackup ./replica -RandomPoint }").Succeeded();

        Assert.All(drills, d => Assert.Equal("Passed", d.Value<string>("Result")));
        Assert.True(drills.Select(d => (d.Value<string>("Generation"), d.Value<long?>("Offset"))).Distinct().Count() > 1);
    }

    [Fact]
    public void Drill_leaves_nothing_in_its_working_folder_unless_told()
    {
        _host.Run("Test-LitestreamBackup ./replica -WorkingDirectory ./work").Succeeded();
        Assert.Empty(Directory.GetFileSystemEntries(_host.Folder["work"]));

        var drill = Assert.Single(_host.Run("Test-LitestreamBackup ./replica -WorkingDirectory ./work -KeepCopy").Succeeded());

        var kept = drill.Value<string>("RestoredPath")!;
        Assert.StartsWith(_host.Folder["work"], kept, StringComparison.Ordinal);
        Assert.Equal("zero one two three lost gap four five", NotesReplica.Read(kept));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.GetDirectoryName(kept)!));
    }

    [Theory]
    [InlineData("-AssertSql 'SELECT count(*) FROM note'", true)]
    [InlineData("-AssertSql 'SELECT count(*) FROM note WHERE id < 0'", false)]
    [InlineData("-Assert { param($path) [System.IO.File]::Exists($path) -and $_.IntegrityStatus -eq 'Passed' -and $_.RestoredPath -eq $path }", true)]
    [InlineData("-Assert { }", true)]
    [InlineData("-Assert { $true; $false }", false)]
    [InlineData("-Assert { $null }", false)]
    [InlineData("-Assert { throw 'too few notes' }", false)]
    [InlineData("-Assert { Get-LitestreamGeneration ./nowhere; $true }", false)]
    [InlineData("-Assert { Get-Nothing; $true }", false)]
    [InlineData("-Assert { Test-Notes }", false)]
    [InlineData("-Assert { Test-Notes; $true }", false)]
    [InlineData("-Assert { Test-Notes -ErrorAction SilentlyContinue; $true }", true)]
    [InlineData("-Assert { Show-Notes; $true }", true)]
    [InlineData("-AssertSql 'SELECT 1' -Assert { $false }", false)]
    public void Assertions_decide(string assertion, bool holds)
    {
        ImportNotes();

        var result = _host.Run($"Test-LitestreamBackup ./replica {assertion}");

        var drill = Assert.Single(result.Output);
        Assert.Equal(holds ? "Passed" : "Failed", drill.Value<string>("Result"));
        Assert.Equal(holds ? "Passed" : "Failed", drill.Value<string>("AssertionStatus"));
        Assert.Equal(holds ? [] : ["AssertionFailed"], result.ErrorIds);
        Assert.Equal(holds, drill.Value<IReadOnlyList<string>>("AssertionMessages")!.Count == 0);
    }

    [Fact]
    public void An_assertion_says_what_was_wrong_and_its_warnings_are_shown()
    {
        ImportNotes();

        var result = _host.Run("Test-LitestreamBackup ./replica -Assert { Show-Notes; throw 'too few notes' }");

        Assert.Equal(["few notes"], result.Warnings);
        Assert.Equal(["The assertion threw: too few notes"], Assert.Single(result.Output).Value<IReadOnlyList<string>>("AssertionMessages"));
    }

    [Fact]
    public void Damage_is_an_error_beside_the_object_and_the_next_replica_is_tested()
    {
        var name = notes.NewName();
        NotesReplica.CopyTo(_host.Folder[name]);
        var bad = $"generations/{NotesReplica.Later}/wal/00000000_00000450.wal.lz4";
        var file = Path.Combine(_host.Folder[name], bad);
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, []);
        File.SetLastWriteTimeUtc(file, time);

        var result = _host.Run("Test-LitestreamBackup -Replica $args[0], ./replica", name);

        Assert.Equal(["Failed", "Passed"], result.Output.Select(d => d.Value<string>("Result")));
        var error = Assert.Single(result.Errors);
        Assert.Equal("ObjectCorrupt,Litestream.PowerShell.Commands.TestLitestreamBackupCommand", error.FullyQualifiedErrorId);
        Assert.Equal((ErrorCategory.InvalidData, bad), (error.CategoryInfo.Category, error.TargetObject));
        var drill = result.Output[0];
        Assert.Equal(bad, drill.Value<string>("FirstBadObject"));
        var point = PSObject.AsPSObject(drill.Value<object>("LastGoodPoint"));
        Assert.Equal((NotesReplica.Later, 0, 1104L), (point.Value<string>("Generation"), point.Value<int>("Index"), point.Value<long>("Offset")));
        Assert.Equal(NotesReplica.Start.AddSeconds(70), point.Value<DateTimeOffset>("Time"));

        _host.Run("(Test-LitestreamBackup $args[0] -ErrorAction SilentlyContinue).LastGoodPoint | Restore-LitestreamDatabase $args[0] $args[1]", name, name + "-saved").Succeeded();
        Assert.Equal("zero one two three lost gap four", NotesReplica.Read(_host.Folder[name + "-saved"]));
    }

    [Fact]
    public void Failed_drill_writes_its_object_before_the_error_that_ends_the_pipeline()
    {
        var result = _host.Run("Test-LitestreamBackup ./nowhere -ErrorAction Stop");

        Assert.Equal("Failed", Assert.Single(result.Output).Value<string>("Result"));
        Assert.Equal(["ReplicaNotFound"], result.ErrorIds);
    }

    [Theory]
    [InlineData("Test-LitestreamBackup ./replica -MaxSize 1KB", "Skipped", "RestoreTooLarge")]
    [InlineData("Test-LitestreamBackup ./replica -WorkingDirectory ./replica/generations/082a8f643eecaa50/snapshots/00000000.snapshot.lz4", "Inconclusive", "RestoreTargetUnwritable")]
    [InlineData("Test-LitestreamBackup ./replica ./none.db", "Inconclusive", "DatabaseNotFound")]
    public void What_is_neither_passed_nor_failed_is_a_warning(string script, string expected, string id)
    {
        var result = _host.Run(script);

        var drill = Assert.Single(result.Succeeded());
        Assert.Equal(expected, drill.Value<string>("Result"));
        Assert.Equal(id, PSObject.AsPSObject(drill.Value<object>("Error")).Value<string>("ErrorId"));
        Assert.Contains(expected, Assert.Single(result.Warnings), StringComparison.OrdinalIgnoreCase);
    }

    [Theory]
    [InlineData("Test-LitestreamBackup ./replica -Generation latest", "InvalidArgument")]
    [InlineData("Test-LitestreamBackup ./replica -Offset 0", "InvalidArgument")]
    [InlineData("Test-LitestreamBackup gopher://x", "ReplicaUrlInvalid")]
    [InlineData("Test-LitestreamBackup ./replica -Timeout 0", "InvalidArgument")]
    public void Mistakes_are_errors_without_an_object(string script, string id)
    {
        var result = _host.Run(script);

        Assert.Empty(result.Output);
        Assert.Equal([id], result.ErrorIds);
    }

    [Fact]
    public void Drill_shows_the_views()
    {
        var table = _host.Run("Test-LitestreamBackup ./replica | Out-Default").HostText;
        Assert.Contains("Result       RestoredTo (UTC)         RPO     Size Duration Replica", table, StringComparison.Ordinal);
        Assert.All(table.Split('\n'), l => Assert.True(l.Length <= 80, l));
    }

    private static IEnumerable<string?> Statuses(PSObject drill) =>
        new[] { "Restore", "Integrity", "ForeignKey", "Comparison", "Assertion" }.Select(c => drill.Value<string>(c + "Status"));

    // functions of a script module, which know nothing of the preferences of whoever calls them
    private void ImportNotes() => _host.Run(
        """
        New-Module -Name Notes {
            function Test-Notes { [CmdletBinding()] param() $PSCmdlet.WriteError([System.Management.Automation.ErrorRecord]::new([System.Exception]::new('no note'), 'NoNote', 'NotSpecified', $null)) }
            function Show-Notes { [CmdletBinding()] param() $PSCmdlet.WriteWarning('few notes') }
        } | Import-Module -Force
        """).Succeeded();
}
