using System.Diagnostics;
using System.IO.Compression;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What `build.ps1 -Task Package` yields, used as an installed module is used.</summary>
public sealed class PackageTests
{
    private static readonly string s_configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;

    [Fact]
    public void Package_is_imported_by_name_from_a_module_path()
    {
        using var folder = new TemporaryFolder();
        NotesReplica.CopyTo(folder["replica"]);
        Run(Repository.Root, folder["unused"], "build", "src/Litestream.PowerShell", "-c", s_configuration, "--no-restore", "-t:PackageModule");
        using var host = new ModuleHost();
        // by its name: packages of former versions may lie beside it
        var version = Assert.Single(host.Run("(Get-Module Litestream).Version.ToString()").Succeeded()).ToString();
        var installed = folder[$"Modules/Litestream/{version}"];
        ZipFile.ExtractToDirectory(Path.Combine(Repository.Root, "out", $"Litestream.{version}.nupkg"), installed);

        var output = Run(
            folder.Path, folder["Modules"], Path.Combine(Repository.Root, "tests", "Console", "bin", s_configuration, "net10.0", "Console.dll"), "Litestream",
            "(Get-Module Litestream).ModuleBase; (Get-Module Litestream).Version.ToString(); @(Get-LitestreamGeneration ./replica).Count");

        Assert.Equal([installed, version, "2"], output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));
        Assert.Contains("PSCmdlet_Restore-LitestreamDatabase", File.ReadAllText(Path.Combine(installed, "Litestream.nuspec")), StringComparison.Ordinal);
    }

    private static string Run(string folder, string modulePath, params string[] arguments)
    {
        var start = new ProcessStartInfo("dotnet", arguments) { WorkingDirectory = folder, RedirectStandardOutput = true };
        start.Environment["PSModulePath"] = modulePath;
        start.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output;
    }
}
