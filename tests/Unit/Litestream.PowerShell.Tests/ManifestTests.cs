using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.Loader;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ManifestTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    private static readonly string[] s_cmdlets =
    [
        "Export-LitestreamReport", "Find-LitestreamReplica", "Get-LitestreamDatabase", "Get-LitestreamGeneration", "Get-LitestreamReplication", "Get-LitestreamRestorePoint",
        "Get-LitestreamSnapshot", "Get-LitestreamWalSegment",
        "New-LitestreamReplica", "Remove-LitestreamGeneration", "Restore-LitestreamDatabase", "Start-LitestreamReplication", "Stop-LitestreamReplication",
        "Sync-LitestreamDatabase", "Test-LitestreamBackup", "Test-LitestreamEnvironment", "Test-LitestreamReplica", "Undo-LitestreamRestore",
    ];

    [Fact]
    public void Manifest_is_valid_and_complete()
    {
        var module = (PSModuleInfo)Assert.Single(host.Run("Test-ModuleManifest $args[0]", Repository.StagedManifest).Succeeded()).BaseObject;

        Assert.Equal(s_cmdlets, module.ExportedCmdlets.Keys.Order());
        Assert.Equal(["Core"], module.CompatiblePSEditions);
        Assert.Equal(new Version(7, 4), module.PowerShellVersion);
        Assert.NotEmpty(module.Description);
        Assert.Contains("PSEdition_Core", module.Tags);
    }

    [Fact]
    public void Manifest_has_the_version_of_the_assembly()
    {
        var module = (PSModuleInfo)Assert.Single(host.Run("Get-Module Litestream").Succeeded()).BaseObject;

        var version = FileVersionInfo.GetVersionInfo(ModuleAssemblies.Cmdlets.Location).ProductVersion!;
        Assert.Equal(module.Version.ToString(), version.Split('+', '-')[0]);
    }

    [Fact]
    public void Import_exports_the_cmdlets_and_nothing_else()
    {
        var exported = host.Run("Get-Command -Module Litestream").Succeeded().Select(c => (CommandInfo)c.BaseObject).ToList();

        Assert.Equal(s_cmdlets, exported.Select(c => c.Name).Order());
        Assert.All(exported, c => Assert.Equal(CommandTypes.Cmdlet, c.CommandType));
    }

    [Fact]
    public void Import_works_from_the_root_of_the_source()
    {
        using var other = new ModuleHost(culture: null, import: false);
        NotesReplica.CopyTo(other.Folder["replica"]);

        other.Run("Import-Module $args[0]", Repository.RootManifest).Succeeded();

        Assert.Equal(s_cmdlets, other.Run("(Get-Command -Module Litestream).Name").Succeeded().Select(n => n.ToString()).Order());
        Assert.Contains("Restores a database", other.Run("(Get-Help Restore-LitestreamDatabase).Synopsis").Succeeded()[0].ToString(), StringComparison.Ordinal);
        Assert.Contains("0b2ad470f44f1ca0 2026-05-01", other.Run("Get-LitestreamGeneration ./replica | Out-Default").HostText, StringComparison.Ordinal);
    }

    [Fact]
    public void Import_says_how_to_build_when_nothing_is_built()
    {
        using var other = new ModuleHost(culture: null, import: false);
        var source = Directory.CreateDirectory(other.Folder["source/src/Litestream.PowerShell"]).FullName;
        File.Copy(Repository.RootManifest, other.Folder["source/Litestream.psd1"]);
        File.Copy(Path.Combine(Repository.Root, "src", "Litestream.PowerShell", "FromBuild.psm1"), Path.Combine(source, "FromBuild.psm1"));

        var result = other.Run("Import-Module ./source/Litestream.psd1");

        Assert.Contains(result.Errors, e => e.ToString().Contains("dotnet build", StringComparison.Ordinal));
    }

    [Fact]
    public void Import_can_be_repeated_and_undone()
    {
        using var other = new ModuleHost();

        other.Run("Import-Module $args[0] -Force; Remove-Module Litestream; Import-Module $args[0]", Repository.StagedManifest).Succeeded();

        Assert.Equal(["ReplicaNotFound"], other.Run("Get-LitestreamGeneration ./nowhere").ErrorIds);
    }

    [Fact]
    public void Staged_folder_keeps_dependencies_where_default_probing_does_not_look()
    {
        var beside = Directory.GetFiles(Repository.StagedFolder, "*.dll").Select(Path.GetFileName);

        Assert.Equal(["Litestream.PowerShell.dll"], beside);
    }

    [Theory]
    [InlineData("win-x64", "e_sqlite3.dll")]
    [InlineData("win-arm64", "e_sqlite3.dll")]
    [InlineData("linux-x64", "libe_sqlite3.so")]
    [InlineData("linux-arm64", "libe_sqlite3.so")]
    [InlineData("linux-musl-x64", "libe_sqlite3.so")]
    [InlineData("linux-musl-arm64", "libe_sqlite3.so")]
    [InlineData("osx-x64", "libe_sqlite3.dylib")]
    [InlineData("osx-arm64", "libe_sqlite3.dylib")]
    public void Staged_folder_holds_SQLite_for_each_platform(string runtime, string file) =>
        Assert.True(File.Exists(Path.Combine(Repository.StagedFolder, "lib", "runtimes", runtime, "native", file)));

    [Fact]
    public void Cmdlets_live_in_the_default_context() =>
        Assert.Same(AssemblyLoadContext.Default, AssemblyLoadContext.GetLoadContext(ModuleAssemblies.Cmdlets));
}
