using System.Globalization;
using System.Runtime.Versioning;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests;

/// <summary>Where new files are open to everybody by default, those that hold a database's content are not.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class UmaskTests : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Replicates, drills and restores; lists what there is while it replicates and at the end.</summary>
    private const string Script = """
        $folder = $args[0]
        $env:TMPDIR = "$folder/tmp"
        $env:LITESTREAM_RUN_FOLDER = "$folder/run"
        function Show { foreach ($path in [System.IO.Directory]::GetFileSystemEntries($folder, '*', [System.IO.SearchOption]::AllDirectories)) { "$([int][System.IO.File]::GetUnixFileMode($path)) $path" } }
        Start-LitestreamReplication "$folder/app.db" "$folder/replica" | Out-Null
        Sync-LitestreamDatabase "$folder/app.db" | Out-Null
        Show
        Test-LitestreamBackup "$folder/replica" "$folder/app.db" -KeepCopy | Out-Null
        Stop-LitestreamReplication "$folder/app.db" | Out-Null
        Restore-LitestreamDatabase "$folder/replica" -Destination "$folder/restored.db" | Out-Null
        Restore-LitestreamDatabase "$folder/replica" -Destination "$folder/app.db" -Force | Out-Null
        Show
        """;

    private readonly TemporaryFolder _folder = new();

    [SkippableFact]
    public void Spool_metadata_drills_and_restored_files_are_open_to_no_more_people_than_the_database()
    {
        Skip.If(OperatingSystem.IsWindows(), "Windows has no umask.");
        Directory.CreateDirectory(_folder["tmp"]);
        Application.Create(_folder["app.db"]);
        Application.Write(_folder["app.db"], commits: 5);
        File.SetUnixFileMode(_folder["app.db"], OwnerOnly);

        var (exitCode, output, errors) = OtherProcess.RunWithoutUmask(Script, _folder.Path);

        Assert.True(exitCode == 0, errors);
        var found = output.Select(l => l.Split(' ', 2)).Select(p => (Mode: (UnixFileMode)int.Parse(p[0], CultureInfo.InvariantCulture), Path: p[1]))
            // a replica is a place of its own, and this temp folder was there before
            .Where(f => !f.Path.StartsWith(_folder["replica"], StringComparison.Ordinal) && f.Path != _folder["tmp"]).ToList();
        Assert.Contains(found, f => f.Path.EndsWith("-litestream-ps/state", StringComparison.Ordinal));
        Assert.Contains(found, f => f.Path == _folder["restored.db"]);
        Assert.All(found, f => Assert.Equal(UnixFileMode.None, f.Mode & ~(OwnerOnly | UnixFileMode.UserExecute)));
    }

    public void Dispose() => _folder.Dispose();
}
