using Litestream.Engine.Diagnosis;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Diagnosis;

public sealed class DatabaseExaminationTests : IDisposable
{
    private static readonly VolumeInfo s_disk = new("ext4", IsNetwork: false, IsMemory: false, FreeBytes: 1L << 40);

    private readonly TempFolder _folder = new();
    private VolumeInfo _volume = s_disk;
    private FileUser[] _users = [];

    public void Dispose() => _folder.Dispose();

    private string Database => _folder["app.db"];

    [Fact]
    public void All_is_well_with_a_database_as_it_should_be()
    {
        Create();
        _users = [new("shop (process 7)", new(3, 52, 0))];

        var findings = Examine();

        Assert.All(findings, f => Assert.Equal((FindingSeverity.Ok, null), (f.Severity, f.Hint)));
        Assert.Equal(["JournalMode", "ApplicationSqlite", "WalSize", "Ownership", "FileSystem", "FreeSpace", "MetadataFolder", "FileSystem", "FreeSpace"], findings.Select(f => f.Check));
    }

    [Fact]
    public void Nothing_is_changed()
    {
        Create();
        var before = Files();

        Examine();

        Assert.Equal(before, Files());
    }

    [Fact]
    public void Database_without_wal_is_a_warning()
    {
        Create("delete");

        Assert.Equal(FindingSeverity.Warning, Single("JournalMode").Severity);
        Assert.Equal("delete", Mode());
    }

    [Fact]
    public void Empty_database_is_waited_for()
    {
        File.WriteAllText(Database, "");

        Assert.Equal(FindingSeverity.Information, Single("Database").Severity);
        Assert.Equal(FindingSeverity.Information, Single("JournalMode").Severity);
    }

    [Theory]
    [InlineData("nowhere.db", FindingSeverity.Warning)]
    [InlineData("no/where.db", FindingSeverity.Error)]
    [InlineData("", FindingSeverity.Error)]
    public void Database_that_is_not_there_is_told(string name, FindingSeverity severity)
    {
        var findings = Examine(_folder[name]);

        Assert.Equal(severity, findings[0].Severity);
        Assert.Equal(["Database", "MetadataFolder", "FileSystem", "FreeSpace"], findings.Select(f => f.Check));
    }

    [Fact]
    public void File_that_is_no_database_is_an_error()
    {
        File.WriteAllText(Database, new string('x', 200));

        Assert.Equal(FindingSeverity.Error, Single("Database").Severity);
    }

    [Theory]
    [InlineData(true, false, FindingSeverity.Error, FindingSeverity.Warning)]
    [InlineData(false, true, FindingSeverity.Warning, FindingSeverity.Warning)]
    public void Volume_that_is_not_fit_is_told(bool isNetwork, bool isMemory, FindingSeverity ofDatabase, FindingSeverity ofMetadata)
    {
        Create();
        _volume = s_disk with { IsNetwork = isNetwork, IsMemory = isMemory };

        Assert.Equal([ofDatabase, ofMetadata], Examine().Where(f => f.Check == "FileSystem").Select(f => f.Severity));
    }

    [Theory]
    [InlineData(1L << 30, FindingSeverity.Ok)]
    [InlineData((1L << 30) - 1, FindingSeverity.Warning)]
    [InlineData(1L << 24, FindingSeverity.Warning)]
    [InlineData((1L << 24) - 1, FindingSeverity.Error)]
    public void Space_is_held_against_the_size_of_the_database(long free, FindingSeverity severity)
    {
        Create();
        Grow(Database, 1L << 30);
        _volume = s_disk with { FreeBytes = free };

        Assert.Equal([severity, severity], Examine().Where(f => f.Check == "FreeSpace").Select(f => f.Severity));
    }

    [Theory]
    [InlineData(64L << 20, FindingSeverity.Ok)]
    [InlineData((64L << 20) + 1, FindingSeverity.Warning)]
    public void Wal_that_is_not_checkpointed_is_told(long size, FindingSeverity severity)
    {
        Create();
        Grow(Database + "-wal", size);

        // of the database: so it stands with the others of it
        Assert.Equal((severity, Database), (Single("WalSize").Severity, Single("WalSize").Target));
    }

    [Fact]
    public void Broken_transaction_is_told()
    {
        Create("delete");
        Assert.DoesNotContain(Examine(), f => f.Check == "RollbackJournal");

        File.WriteAllText(Database + "-journal", "x");

        Assert.Equal((FindingSeverity.Information, Database), (Single("RollbackJournal").Severity, Single("RollbackJournal").Target));
    }

    [SkippableFact]
    public void Sqlite_of_the_applications_is_judged()
    {
        Skip.IfNot(OperatingSystem.IsLinux());
        Create();
        _users = [new("a", null), new("b", new(3, 51, 2)), new("c", new(3, 51, 3))];

        Assert.Equal([("a", FindingSeverity.Information), ("b", FindingSeverity.Warning), ("c", FindingSeverity.Ok)],
            Examine().Where(f => f.Check == "ApplicationSqlite").Select(f => (f.Target, f.Severity)));
        _users = [];
        Assert.Equal(FindingSeverity.Information, Single("ApplicationSqlite").Severity);
    }

    [SkippableFact]
    public void Log_of_another_mode_is_told()
    {
        Skip.If(OperatingSystem.IsWindows());
        Create();
        File.WriteAllText(Database + "-wal", "");
        SetMode(Database, 0b110_110_000);
        SetMode(Database + "-wal", 0b110_000_000);

        var finding = Single("Ownership");

        Assert.Equal((FindingSeverity.Warning, Database + "-wal"), (finding.Severity, finding.Target));
        Assert.Contains("with mode 600", finding.Message, StringComparison.Ordinal);
    }

    [SkippableFact]
    public void What_this_account_may_not_write_is_an_error()
    {
        Skip.If(OperatingSystem.IsWindows());
        Skip.If(Environment.IsPrivilegedProcess, "Root may write everything.");
        Create();
        SetMode(Database, 0b100_100_100);
        SetMode(_folder.Path, 0b101_101_101);
        try
        {
            var findings = Examine();

            Assert.Equal([Database, _folder.Path], findings.Where(f => f.Check == "Ownership").Select(f => f.Target));
            Assert.All(findings.Where(f => f.Check is "Ownership" or "MetadataFolder"), f => Assert.Equal(FindingSeverity.Error, f.Severity));
        }
        finally
        {
            SetMode(_folder.Path, 0b111_101_101);
        }
    }

    [Fact]
    public void File_in_the_place_of_the_metadata_folder_is_an_error()
    {
        Create();
        File.WriteAllText(_folder["file"], "");

        Assert.Equal(FindingSeverity.Error, Examine(metadata: _folder["file/metadata"]).Single(f => f.Check == "MetadataFolder").Severity);
    }

    [Fact]
    public void Replica_on_the_volume_of_the_database_is_a_warning()
    {
        Create();
        var examination = new DatabaseExamination(new(), _ => _volume, _ => _users);

        Assert.Equal(FindingSeverity.Warning, examination.ExamineReplicaVolume(_folder["replica"], Database).First().Severity);
        Assert.Equal(FindingSeverity.Warning, examination.ExamineReplicaVolume(_folder["replica"], _folder["to-come.db"]).First().Severity);
    }

    [Fact]
    public void Replica_without_a_database_is_compared_with_none()
    {
        var finding = new DatabaseExamination(new(), _ => _volume, _ => _users).ExamineReplicaVolume(_folder["replica"], null).First();

        Assert.Equal(FindingSeverity.Ok, finding.Severity);
        Assert.DoesNotContain("database", finding.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Volume_of_this_machine_is_read()
    {
        var volume = VolumeInfo.Read(_folder.Path);

        Assert.NotEmpty(volume.Kind);
        Assert.True(volume.FreeBytes > 0);
    }

    [Fact]
    public void Module_brings_a_sqlite_that_may_replicate() => Assert.Equal(FindingSeverity.Ok, DatabaseExamination.ExamineModule().Severity);

    private EnvironmentFinding Single(string check) => Assert.Single(Examine(), f => f.Check == check);

    private List<EnvironmentFinding> Examine(string? path = null, string? metadata = null) =>
        [.. new DatabaseExamination(new(), _ => _volume, _ => _users).Examine(path ?? Database, metadata)];

    private List<(string, DateTime, long)> Files() =>
        [.. new DirectoryInfo(_folder.Path).EnumerateFiles().Select(f => (f.Name, f.LastWriteTimeUtc, f.Length)).Order()];

    private string Mode()
    {
        using var application = Application.Open(Database, create: false);
        return application.Text("PRAGMA journal_mode");
    }

    private void Create(string journalMode = "wal")
    {
        using var application = Application.Open(Database, create: true);
        application.Execute($"PRAGMA journal_mode={journalMode}; CREATE TABLE item(id)");
    }

    private static void SetMode(string path, int mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, (UnixFileMode)mode);
    }

    private static void Grow(string path, long size)
    {
        using var file = File.Open(path, FileMode.OpenOrCreate);
        file.SetLength(size);
    }
}
