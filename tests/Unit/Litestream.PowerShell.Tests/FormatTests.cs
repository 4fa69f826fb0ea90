using System.Globalization;
using System.Xml.Linq;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class FormatTests
{
    [Theory]
    [InlineData("")]
    [InlineData("de-DE")]
    [InlineData("fa-IR")]
    public void Tables_are_the_same_in_every_culture_and_fit_80_columns(string culture)
    {
        using var host = new ModuleHost(new CultureInfo(culture));
        NotesReplica.CopyTo(host.Folder["replica"]);

        var text = host.Run("Get-LitestreamWalSegment ./replica | Out-Default").HostText;

        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Assert.Contains("082a8f643eecaa50      0         568       1104 2026-05-01 12:01:10    136 B", lines);
        Assert.All(lines.Where(l => !l.StartsWith("Replica", StringComparison.Ordinal)), l => Assert.True(l.Length < 80, l));
    }

    [Theory]
    [InlineData("Get-LitestreamGeneration ./replica", "Generation       CreatedAt (UTC)     UpdatedAt (UTC)     Segments     Size")]
    [InlineData("Get-LitestreamSnapshot ./replica", "Generation            Index CreatedAt (UTC)         Size")]
    [InlineData("Remove-LitestreamGeneration ./replica 0b2ad470f44f1ca0 -Confirm:$false", "Generation       Snapshots Segments  Removed     Left RestorableFrom (UTC)")]
    [InlineData("Find-LitestreamReplica .", "Generations RelativePath                      Replica")]
    [InlineData("Get-LitestreamRestorePoint ./replica", "Generation       From (UTC)          To (UTC)            Points Missing")]
    [InlineData("Get-LitestreamRestorePoint ./replica -All", "Generation        Index     Offset CreatedAt (UTC)")]
    [InlineData("Test-LitestreamReplica ./replica", "Generation       Result End                 Read Damage First damage")]
    [InlineData("Restore-LitestreamDatabase ./replica x.db", "RestoredTo (UTC)    Transactions     Size Duration Destination")]
    public void Views_show_a_table(string script, string header)
    {
        using var host = new ModuleHost();
        NotesReplica.CopyTo(host.Folder["replica"]);

        var text = host.Run(script + " | Out-Default").HostText;

        Assert.Contains(header, text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(80, "…")]
    [InlineData(200, "")]
    public void Paths_use_what_a_wide_window_has(int width, string cut)
    {
        using var host = new ModuleHost(culture: null, width: width);
        var folder = string.Join('/', Enumerable.Repeat("tenants", 5));
        var destination = Path.Combine(Directory.CreateDirectory(host.Folder[folder]).FullName, "app.db");
        NotesReplica.CopyTo(host.Folder[$"{folder}/replica"]);

        foreach (var (script, path) in new (string, string)[]
        {
            ($"Restore-LitestreamDatabase {folder}/replica -Destination {destination}", destination),
            ($"Find-LitestreamReplica .", host.Folder[$"{folder}/replica"]),
            ($"Test-LitestreamBackup {folder}/replica", host.Folder[$"{folder}/replica"]),
        })
        {
            var lines = host.Run(script + " | Out-Default").HostText.Split('\n', StringSplitOptions.TrimEntries);

            Assert.All(lines, l => Assert.True(l.Length < width, l));
            var line = Assert.Single(lines, l => l.EndsWith(path[^15..], StringComparison.Ordinal));
            Assert.Equal(cut.Length == 0, line.EndsWith(" " + path, StringComparison.Ordinal));
            Assert.Contains(cut, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Lists_of_objects_that_are_written_can_be_indexed()
    {
        using var host = new ModuleHost();

        // another list than an array may be of a type that PowerShell has no index for
        var lists = host.Run("""
            Get-Command -Module Litestream | ForEach-Object { $_.OutputType.Type } | Where-Object FullName -like 'Litestream.*' | ForEach-Object { $_.GetProperties() } |
                Where-Object { $_.PropertyType -ne [string] -and $_.PropertyType.Name -notlike '*Dictionary*' -and $_.PropertyType.IsAssignableTo([System.Collections.IEnumerable]) -and $_.DeclaringType.Namespace -like 'Litestream*' } |
                ForEach-Object { "$($_.DeclaringType.Name).$($_.Name) $($_.PropertyType.IsArray)" }
            """).Succeeded().Select(o => o.ToString()!).ToList();

        Assert.Contains("LitestreamSyncResult.Replica True", lists);
        Assert.All(lists, l => Assert.EndsWith(" True", l, StringComparison.Ordinal));
    }

    [Fact]
    public void Every_type_that_is_written_has_a_table_and_a_list()
    {
        using var host = new ModuleHost();
        var views = XDocument.Load(Path.Combine(Repository.StagedFolder, "Litestream.Format.ps1xml")).Descendants("View").ToLookup(
            v => v.Descendants("TypeName").Single().Value, v => v.Element("TableControl") is null ? "list" : "table");

        var written = host.Run("Get-Command -Module Litestream | ForEach-Object { $_.OutputType.Name } | Where-Object { $_ -like 'Litestream.PowerShell.Models.*' }")
            .Succeeded().Select(t => (string)t.BaseObject).Distinct().ToList();

        Assert.NotEmpty(written);
        Assert.All(written, type => Assert.Equal(["list", "table"], views[type].Order()));
    }

    [Fact]
    public void Events_are_not_broken_inside_words()
    {
        using var host = new ModuleHost();
        const string Message = "What waited of the former generation af5b0aa0028a69b6 is given up: the replica does not hold what came before it.";

        var text = host.Run("""
            [Litestream.PowerShell.Models.LitestreamReplicationEvent]::new([DateTimeOffset]::UnixEpoch, 'TailAbandoned', 'Warning', '/app.db', $args[0]) | Out-Default
            """, Message).HostText;

        var lines = text.Split('\n').Where(l => l.Length > 40 && !l.StartsWith("Time", StringComparison.Ordinal) && !l.StartsWith("---", StringComparison.Ordinal));
        Assert.Equal(Message, string.Join(' ', lines.Select(l => l[40..].Trim())));
    }

    [Theory]
    [InlineData("Bytes", "$null", "")]
    [InlineData("Bytes", "999", "999 B")]
    [InlineData("Bytes", "1536", "1.50 KB (1536 bytes)")]
    [InlineData("Utc", "[DateTimeOffset]::Parse('2026-05-01T14:00:00+02:00')", "2026-05-01 12:00:00 UTC")]
    [InlineData("Duration", "$null", "")]
    [InlineData("ObjectName", "'generations/0b2ad470f44f1ca0/wal/00000000_00000ec8.wal.lz4'", "00000000_00000ec8.wal")]
    [InlineData("Wrap", "'aa bb', 0", "aa bb")]
    [InlineData("Wrap", "('a' * 30 + ' ' + 'b' * 50 + ' ' + 'c' * 39), 40", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb\nccccccccccccccccccccccccccccccccccccccc")]
    [InlineData("Wrap", "('a' * 20 + ' ' + 'b' * 19 + ' cc'), 40", "aaaaaaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbbb\ncc")]
    [InlineData("Tail", "'/srv/app.db', 12", "/srv/app.db")]
    [InlineData("Tail", "'/srv/app.db', 11", "/srv/app.db")]
    [InlineData("Tail", "'/srv/app.db', 10", "…rv/app.db")]
    [InlineData("Tail", "'/srv/\ud83d\ude00app.db', 8", "…app.db")]
    [InlineData("Tail", "'/srv/shops/app.db', 0, 52, 2", "…shops/app.db")]
    [InlineData("Tail", "'/srv/shops/app.db', 85, 52, 2", "…rv/shops/app.db")]
    [InlineData("Tail", "'/srv/shops/app.db', 85, 52, 1", "/srv/shops/app.db")]
    [InlineData("Size", "0", "0 B")]
    [InlineData("Size", "999", "999 B")]
    [InlineData("Size", "1023", "1.00 KB")]
    [InlineData("Size", "1MB", "1.00 MB")]
    [InlineData("Size", "15.4MB", "15.4 MB")]
    [InlineData("Size", "999MB", "999 MB")]
    [InlineData("Size", "3000TB", "3000 TB")]
    [InlineData("Duration", "[TimeSpan]::Zero", "0 ms")]
    [InlineData("Duration", "[TimeSpan]::FromSeconds(59)", "59.0 s")]
    [InlineData("Duration", "[TimeSpan]::FromSeconds(61)", "1m 01s")]
    [InlineData("Duration", "[TimeSpan]::FromMinutes(61)", "1h 01m")]
    [InlineData("Duration", "[TimeSpan]::FromHours(49)", "2d 01h")]
    [InlineData("Time", "$null", "")]
    [InlineData("Time", "[DateTimeOffset]::Parse('2026-05-01T14:00:00+02:00')", "2026-05-01 12:00:00")]
    public void Format_helpers_are_short(string helper, string value, string expected)
    {
        using var host = new ModuleHost(new CultureInfo("de-DE"));

        Assert.Equal(expected, host.Run($"[Litestream.PowerShell.Internal._Format]::{helper}({value})").Succeeded()[0].ToString());
    }
}
