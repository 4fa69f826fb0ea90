using System.Globalization;
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
    [InlineData("Find-LitestreamReplica .", "RelativePath                             Generations Replica")]
    [InlineData("Get-LitestreamRestorePoint ./replica", "Generation       From (UTC)          To (UTC)            Points Missing")]
    [InlineData("Get-LitestreamRestorePoint ./replica -All", "Generation        Index     Offset CreatedAt (UTC)")]
    [InlineData("Test-LitestreamReplica ./replica", "Generation       Result End                 Read     Size Damage First damage")]
    [InlineData("Restore-LitestreamDatabase ./replica x.db", "Destination            RestoredTo (UTC)    Transactions     Size Duration")]
    public void Views_show_a_table(string script, string header)
    {
        using var host = new ModuleHost();
        NotesReplica.CopyTo(host.Folder["replica"]);

        var text = host.Run(script + " | Out-Default").HostText;

        Assert.Contains(header, text, StringComparison.Ordinal);
    }

    [Theory]
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
