using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>The limits that the runbook is held to are there.</summary>
public sealed class SandboxTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData("[System.Diagnostics.Process]::Start(\"true\")")]
    [InlineData("$all = foreach ($i in 1..8) { , [byte[]]::new(50MB) }")]
    [InlineData("[System.Runtime.InteropServices.Marshal]::AllocHGlobal(400MB)")]
    [InlineData("foreach ($i in 1..2) { [System.IO.File]::WriteAllBytes([System.IO.Path]::GetTempPath() + \"/$i\", [byte[]]::new(600KB)) }")]
    public void Sandbox_refuses(string script)
    {
        var result = Sandbox.Run(_folder.Path, $"try {{ {script}; \"allowed\" }} catch {{ \"refused\" }}");

        Assert.Equal("refused", result.Output.Trim());
    }
}
