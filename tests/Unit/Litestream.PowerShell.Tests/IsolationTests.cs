using System.Data.Common;
using System.Reflection;
using System.Runtime.Loader;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>The process has loaded another AWSSDK.Core and another SQLite before, see <see cref="OtherVersions"/>.</summary>
public sealed class IsolationTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    [Theory]
    [InlineData("Litestream.Engine")]
    [InlineData("AWSSDK.Core")]
    [InlineData("Microsoft.Data.Sqlite")]
    [InlineData("SQLitePCLRaw.core")]
    public void Dependencies_are_the_modules_own(string name)
    {
        host.UseEngine();

        var assembly = ModuleAssemblies.Context.LoadFromAssemblyName(new(name));

        Assert.Equal(Path.Combine(Repository.StagedFolder, "lib", name + ".dll"), assembly.Location);
        Assert.Same(ModuleAssemblies.Context, AssemblyLoadContext.GetLoadContext(assembly));
    }

    [Fact]
    public void Another_AWSSDK_stays_what_it_was()
    {
        host.UseEngine();

        var ours = ModuleAssemblies.Context.LoadFromAssemblyName(new("AWSSDK.Core")).GetName().Version!;

        Assert.Equal(3, OtherVersions.AwsCore.Major);
        Assert.Equal(4, ours.Major);
        Assert.Equal(OtherVersions.AwsCore, typeof(Amazon.AWSConfigs).Assembly.GetName().Version);
    }

    [Fact]
    public void Another_SQLite_stays_what_it_was_and_the_engine_has_its_own()
    {
        host.UseEngine();

        var ours = OurSqliteVersion();

        Assert.Equal(new Version(3, 53, 4), ours);
        Assert.NotEqual(Version.Parse(OtherVersions.Sqlite), ours);
        using var connection = new Microsoft.Data.Sqlite.SqliteConnection("Data Source=:memory:");
        connection.Open();
        Assert.Equal(OtherVersions.Sqlite, connection.ServerVersion);
    }

    [Fact]
    public void Engine_types_are_not_in_what_scripts_see()
    {
        var signatures =
            from type in ModuleAssemblies.Cmdlets.GetExportedTypes()
            from member in type.GetMembers(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly)
            where $"{member}".Contains("Litestream.Engine", StringComparison.Ordinal)
            select $"{type}: {member}";

        Assert.Empty(signatures);
    }

    [Fact]
    public void Runspaces_share_one_engine()
    {
        using var other = new ModuleHost();
        host.UseEngine();
        other.UseEngine();

        Assert.Single(AssemblyLoadContext.All, c => c.Assemblies.Any(a => a.GetName().Name == "Litestream.Engine"));
    }

    private static Version OurSqliteVersion()
    {
        var type = ModuleAssemblies.Context.LoadFromAssemblyName(new("Microsoft.Data.Sqlite")).GetType("Microsoft.Data.Sqlite.SqliteConnection");
        using var connection = (DbConnection)Activator.CreateInstance(type!, "Data Source=:memory:")!;
        connection.Open();
        return Version.Parse(connection.ServerVersion);
    }
}
