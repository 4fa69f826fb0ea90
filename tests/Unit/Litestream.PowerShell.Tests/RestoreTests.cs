using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class RestoreTests(NotesHost notes) : IClassFixture<NotesHost>
{
    private const string AllNotes = "zero one two three lost gap four five";

    private readonly ModuleHost _host = notes.Host;

    [Theory]
    [InlineData("Restore-LitestreamDatabase ./replica $args[0]", AllNotes)]
    [InlineData("'./replica' | Restore-LitestreamDatabase -Destination $args[0]", AllNotes)]
    [InlineData($"Restore-LitestreamDatabase ./replica $args[0] -Generation {NotesReplica.Earlier}", "zero one two three")]
    [InlineData($"Get-LitestreamGeneration ./replica {NotesReplica.Earlier} | Restore-LitestreamDatabase -Destination $args[0]", "zero one two three")]
    [InlineData("Get-LitestreamGeneration ./replica | Where-Object UpdatedAt -lt '2026-05-01T12:01:00Z' | Restore-LitestreamDatabase -Destination $args[0]", "zero one two three")]
    [InlineData($"Restore-LitestreamDatabase ./replica $args[0] -Generation {NotesReplica.Earlier} -Index 0 -Offset 4320", "zero one")]
    [InlineData($"Get-LitestreamWalSegment ./replica {NotesReplica.Earlier} | Where-Object EndOffset -eq 4856 | Restore-LitestreamDatabase -Destination $args[0]", "zero one two")]
    [InlineData($"Get-LitestreamSnapshot ./replica {NotesReplica.Earlier} | Restore-LitestreamDatabase -Destination $args[0]", "zero")]
    [InlineData("Restore-LitestreamDatabase ./replica $args[0] -Timestamp '2026-05-01T12:00:25Z'", "zero one two")]
    [InlineData("Restore-LitestreamDatabase ./replica $args[0] -Timestamp ([DateTimeOffset]::Parse('2026-05-01T12:00:25Z').UtcDateTime)", "zero one two")]
    [InlineData("Restore-LitestreamDatabase ./replica $args[0] -Timestamp '2030-01-01'", AllNotes)]
    [InlineData($"Get-LitestreamGeneration ./replica {NotesReplica.Later} | Restore-LitestreamDatabase -Destination $args[0] -Timestamp '2026-05-01T12:01:10Z' -FullCheck", "zero one two three lost gap four")]
    public void Restore_gives_the_state_that_was_asked_for(string script, string expected)
    {
        var name = notes.NewName();

        var result = Assert.Single(_host.Run(script, name).Succeeded());

        Assert.Equal(_host.Folder[name], result.Value<string>("Destination"));
        Assert.Equal(expected, NotesReplica.Read(_host.Folder[name]));
    }

    [Fact]
    public void Restore_takes_a_time_without_offset_as_local()
    {
        var name = notes.NewName();
        var local = NotesReplica.Start.AddSeconds(15).ToLocalTime().ToString("yyyy-MM-ddTHH:mm:ss", System.Globalization.CultureInfo.InvariantCulture);

        _host.Run("Restore-LitestreamDatabase ./replica $args[0] -Timestamp $args[1]", name, local).Succeeded();

        Assert.Equal("zero one", NotesReplica.Read(_host.Folder[name]));
    }

    [Fact]
    public void Restore_tells_what_came_out()
    {
        var name = notes.NewName();

        var result = Assert.Single(_host.Run("Restore-LitestreamDatabase ./replica $args[0] -FullCheck", name).Succeeded());

        Assert.Equal(NotesReplica.Later, result.Value<string>("Generation"));
        Assert.Equal((0, 1640L), (result.Value<int>("Index"), result.Value<long>("Offset")));
        Assert.Equal(NotesReplica.Start.AddSeconds(80), result.Value<DateTimeOffset>("RestoredTo"));
        Assert.Equal(512, result.Value<int>("PageSize"));
        Assert.Equal(new FileInfo(_host.Folder[name]).Length, result.Value<long>("Size"));
        Assert.Equal("Full", result.Value<string>("Check"));
        Assert.EndsWith("::" + _host.Folder[name], result.Value<string>("PSPath"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("folder1/", null, "replica.db")]
    [InlineData("folder2/", "/srv/app/notes.sqlite", "notes.sqlite")]
    public void Restore_makes_a_file_in_a_folder(string destination, string? path, string expected)
    {
        var script = path is null
            ? "Restore-LitestreamDatabase ./replica $args[0]"
            : "Restore-LitestreamDatabase ./replica $args[0] -Path $args[1]";

        _host.Run(script, destination, path).Succeeded();

        Assert.Equal(AllNotes, NotesReplica.Read(_host.Folder[destination + expected]));
    }

    [Fact]
    public void Restore_makes_a_file_in_a_folder_that_exists()
    {
        Directory.CreateDirectory(_host.Folder["there"]);

        _host.Run("Restore-LitestreamDatabase ./replica ./there").Succeeded();

        Assert.True(File.Exists(_host.Folder["there/replica.db"]));
    }

    [Theory]
    [InlineData("Get-LitestreamGeneration ./replica | Restore-LitestreamDatabase -Destination $args[0]")]
    [InlineData("Restore-LitestreamDatabase ./replica, ./replica $args[0]")]
    public void Restore_refuses_two_inputs_for_one_target_before_anything_is_written(string script)
    {
        var name = notes.NewName();

        var result = _host.Run(script, name);

        Assert.Equal(["TargetNotUnique"], result.ErrorIds);
        Assert.Equal(ErrorCategory.InvalidArgument, result.Errors[0].CategoryInfo.Category);
        Assert.False(File.Exists(_host.Folder[name]));
    }

    [Fact]
    public void Restore_only_prints_the_plan_with_WhatIf()
    {
        var name = notes.NewName();

        var result = _host.Run("Restore-LitestreamDatabase ./replica $args[0] -WhatIf", name);

        Assert.Empty(result.Succeeded());
        Assert.Contains($"generation {NotesReplica.Later}: the snapshot of index 0 and 3 WAL segments", result.HostText, StringComparison.Ordinal);
        Assert.Contains("825 B to read", result.HostText, StringComparison.Ordinal);
        Assert.False(File.Exists(_host.Folder[name]));
    }

    [Theory]
    [InlineData("Restore-LitestreamDatabase ./nowhere x.db", "ReplicaNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Restore-LitestreamDatabase ./replica x.db -Generation 0123456789abcdef", "GenerationNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Restore-LitestreamDatabase ./replica x.db -Generation latest", "InvalidArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Restore-LitestreamDatabase ./replica x.db -Timestamp '2001-01-01'", "RestorePointNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Restore-LitestreamDatabase ./replica x.db -Index 9", "RestorePointNotFound", ErrorCategory.ObjectNotFound)]
    [InlineData("Restore-LitestreamDatabase ./replica x.db -Offset 0", "InvalidArgument", ErrorCategory.InvalidArgument)]
    [InlineData("Restore-LitestreamDatabase Env:/x x.db", "NotFileSystemPath", ErrorCategory.InvalidArgument)]
    [InlineData("Restore-LitestreamDatabase ./replica Env:/x", "NotFileSystemPath", ErrorCategory.InvalidArgument)]
    [InlineData("Restore-LitestreamDatabase gopher://x x.db", "ReplicaUrlInvalid", ErrorCategory.InvalidArgument)]
    public void Restore_says_what_is_wrong(string script, string id, ErrorCategory category)
    {
        var result = _host.Run(script);

        var error = Assert.Single(result.Errors);
        Assert.Equal($"{id},Litestream.PowerShell.Commands.RestoreLitestreamDatabaseCommand", error.FullyQualifiedErrorId);
        Assert.Equal(category, error.CategoryInfo.Category);
        Assert.NotNull(error.TargetObject);
        Assert.NotEmpty(error.ErrorDetails.RecommendedAction);
        Assert.False(File.Exists(_host.Folder["x.db"]));
    }

    [Theory]
    [InlineData("")]
    [InlineData("-wal")]
    [InlineData("-shm")]
    [InlineData("-journal")]
    public void Restore_refuses_a_target_that_exists(string suffix)
    {
        var name = notes.NewName();
        File.WriteAllText(_host.Folder[name + suffix], "mine");

        var result = _host.Run("Restore-LitestreamDatabase ./replica $args[0]", name);

        Assert.Equal(["RestoreTargetExists"], result.ErrorIds);
        Assert.Equal("mine", File.ReadAllText(_host.Folder[name + suffix]));
    }

    [Fact]
    public void Restore_fails_at_damage_unless_it_may_be_partial()
    {
        var (name, replica) = (notes.NewName(), notes.NewName());
        NotesReplica.CopyTo(_host.Folder[replica]);
        var damaged = $"generations/{NotesReplica.Later}/wal/00000000_00000450.wal.lz4";
        var file = Path.Combine(_host.Folder[replica], damaged);
        var time = File.GetLastWriteTimeUtc(file);
        File.WriteAllBytes(file, []);
        File.SetLastWriteTimeUtc(file, time);

        var error = Assert.Single(_host.Run("Restore-LitestreamDatabase $args[0] $args[1]", replica, name).Errors);

        Assert.StartsWith("ObjectCorrupt,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(damaged, error.TargetObject);
        Assert.Contains(damaged, error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("last good restore point is index 0, offset 1104", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_host.Folder["."], name + "*"));

        var partial = _host.Run("Restore-LitestreamDatabase $args[0] $args[1] -AllowPartial", replica, name);

        var result = Assert.Single(partial.Succeeded());
        Assert.Contains(damaged, Assert.Single(partial.Warnings), StringComparison.Ordinal);
        Assert.Equal("zero one two three lost gap four", NotesReplica.Read(_host.Folder[name]));
        Assert.Equal((true, damaged, 1), (result.Value<bool>("IsPartial"), result.Value<string>("DamagedObject"), result.Value<int>("LostSegmentCount")));
        Assert.Equal(1104L, result.Value<long>("Offset"));
        Assert.Equal(NotesReplica.Start.AddSeconds(70), result.Value<DateTimeOffset>("RestoredTo"));
        Assert.Equal(NotesReplica.Start.AddSeconds(80), result.Value<DateTimeOffset>("LostUntil"));
    }

    [Fact]
    public void Restore_shows_the_gap_that_names_reveal_with_WhatIf()
    {
        var replica = notes.NewName();
        NotesReplica.CopyTo(_host.Folder[replica]);
        File.Delete(Path.Combine(_host.Folder[replica], $"generations/{NotesReplica.Later}/wal/00000000_00000000.wal.lz4"));

        Assert.Equal(["ObjectMissing"], _host.Run("Restore-LitestreamDatabase $args[0] x.db -WhatIf", replica).ErrorIds);
        var result = _host.Run("Restore-LitestreamDatabase $args[0] x.db -WhatIf -AllowPartial", replica);

        Assert.Empty(result.Succeeded());
        Assert.Contains("00000000_00000000.wal.lz4' is missing", result.HostText, StringComparison.Ordinal);
        Assert.Contains("2 WAL segments behind it are lost, up to 2026-05-01 12:01:20 UTC", result.HostText, StringComparison.Ordinal);
        Assert.False(File.Exists(_host.Folder["x.db"]));
    }

    [Fact]
    public void Restore_warns_once_of_times_that_go_back()
    {
        var (name, replica) = (notes.NewName(), notes.NewName());
        NotesReplica.CopyTo(_host.Folder[replica]);
        var late = Path.Combine(_host.Folder[replica], $"generations/{NotesReplica.Earlier}/wal/00000000_00000ec8.wal.lz4");
        File.SetLastWriteTimeUtc(late, NotesReplica.Start.AddYears(3).UtcDateTime);

        var result = _host.Run($"Restore-LitestreamDatabase $args[0] $args[1] -Generation {NotesReplica.Earlier} -Timestamp '2026-05-01T12:00:25Z'", replica, name);

        Assert.Single(result.Succeeded());
        Assert.Contains("000010e0.wal.lz4' has the time 2026-05-01T12:00:20Z, the one before it 2029-05-01", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Equal("zero", NotesReplica.Read(_host.Folder[name]));
    }

    [Fact]
    public void Errors_can_be_caught_by_type()
    {
        var caught = Assert.Single(_host.Run(
            """
            try { Restore-LitestreamDatabase ./nowhere x.db -ErrorAction Stop }
            catch [Litestream.PowerShell.LitestreamException] { $_.Exception }
            """).Succeeded());

        Assert.Equal("ReplicaNotFound", caught.Value<string>("ErrorId"));
        Assert.NotEmpty(caught.Value<string>("Hint")!);
    }
}
