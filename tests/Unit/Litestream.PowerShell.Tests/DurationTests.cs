using System.Management.Automation;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class DurationTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    // a function of the test's own: the attribute works wherever it stands
    private const string Script = "function Test-Duration { param([Litestream.PowerShell.Binding.DurationTransformation()] [TimeSpan] $Value) $Value }; Test-Duration";

    [Theory]
    [InlineData("'500ms'", 0.5)]
    [InlineData("'10s'", 10)]
    [InlineData("'5m'", 300)]
    [InlineData("'24h'", 86400)]
    [InlineData("'7d'", 604800)]
    [InlineData("' 10S '", 10)]
    [InlineData("10", 10)]
    [InlineData("10s", 10)]
    [InlineData("5m", 300)]
    [InlineData("7d", 604800)]
    [InlineData("0", 0)]
    [InlineData("'0'", 0)]
    [InlineData("'00:00:10'", 10)]
    [InlineData("([TimeSpan]::FromSeconds(10))", 10)]
    public void Transform_reads(string value, double seconds) =>
        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(Transform(value).Succeeded()).BaseObject);

    [Theory]
    [InlineData("'10'")]
    [InlineData("(1d)")]
    [InlineData("0.5d")]
    [InlineData("-7d")]
    [InlineData("0.5")]
    [InlineData("-1")]
    [InlineData("'-10s'")]
    [InlineData("'10 apples'")]
    [InlineData("'99999999999999d'")]
    [InlineData("''")]
    [InlineData("@{}")]
    public void Transform_refuses_what_may_be_misread(string value) =>
        Assert.Contains("is not a duration", Assert.Single(Transform(value).Errors).ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("1.5", "'1.5' is")]
    [InlineData("-1", "'-1' is")]
    public void Transform_names_what_it_refuses_as_it_was_written_in_every_culture(string value, string named)
    {
        foreach (var culture in (string[])["de-DE", "fa-IR"])
        {
            var refused = host.Run($"[cultureinfo]::CurrentCulture = '{culture}'; {Script} {value}");

            Assert.Contains(named, Assert.Single(refused.Errors).ToString(), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("SyncInterval")]
    [InlineData("ShutdownTimeout")]
    public void Every_duration_parameter_has_it(string parameter)
    {
        var attributes = host.Run($"(Get-Command Start-LitestreamReplication).Parameters['{parameter}'].Attributes").Succeeded();

        Assert.Contains(attributes, a => a.BaseObject is ArgumentTransformationAttribute);
    }

    private RunResult Transform(string value) => host.Run($"{Script} {value}");
}
