using System.Globalization;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class TimeTests
{
    [Theory]
    [InlineData("'2030-05-01T12:00:00Z'")]
    [InlineData("'2030-05-01 12:00Z'")]
    [InlineData("'2030-05-01 14:00:00.000 +02:00'.Replace(' +', '+')")]
    [InlineData("' 2030-05-01 12:00:00 UTC '")]
    [InlineData("([DateTimeOffset]::Parse('2030-05-01T12:00:00Z', [cultureinfo]::InvariantCulture))")]
    [InlineData("([DateTimeOffset]::Parse('2030-05-01T12:00:00Z', [cultureinfo]::InvariantCulture).LocalDateTime)")]
    [InlineData("([DateTimeOffset]::Parse('2030-05-01T12:00:00Z', [cultureinfo]::InvariantCulture).LocalDateTime.ToString('yyyy-MM-dd HH:mm', [cultureinfo]::InvariantCulture))")]
    public void Times_are_read_alike_in_every_culture(string value)
    {
        foreach (var culture in new[] { "", "de-DE", "ar-SA", "th-TH", "tr-TR" })
        {
            using var host = new ModuleHost(new CultureInfo(culture));
            Assert.Equal(new DateTimeOffset(2030, 5, 1, 12, 0, 0, TimeSpan.Zero), Assert.Single(Transform(host, value).Succeeded()).BaseObject);
        }
    }

    [Theory]
    [InlineData("'01.05.2030 12:00'")]
    [InlineData("'5/1/2030'")]
    [InlineData("'12:00'")]
    [InlineData("'2030-13-01'")]
    [InlineData("''")]
    public void Times_that_may_be_misread_are_refused(string value)
    {
        using var host = new ModuleHost(new CultureInfo("de-DE"));
        Assert.Contains("is not a time that means the same everywhere", Assert.Single(Transform(host, value).Errors).ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Restore-LitestreamDatabase ./replica ./x.db -Timestamp 5.1.2030")]
    [InlineData("Test-LitestreamBackup ./replica -Timestamp 5.1.2030")]
    [InlineData("Remove-LitestreamGeneration ./replica -OlderThan 5.1.2030")]
    public void Every_parameter_that_takes_a_time_reads_it_so(string script)
    {
        using var host = new ModuleHost();
        Assert.Contains("is not a time", Assert.Single(host.Run(script).Errors).ToString(), StringComparison.Ordinal);
    }

    private static RunResult Transform(ModuleHost host, string value) => host.Run(
        $"& {{ param([Litestream.PowerShell.Binding.TimeTransformation()] [DateTimeOffset] $t) $t }} {value}");
}
