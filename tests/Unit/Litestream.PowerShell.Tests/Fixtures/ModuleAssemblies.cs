using System.Reflection;
using System.Runtime.Loader;
using Litestream.PowerShell.Tests.Hosting;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>The module's assemblies as the process has loaded them.</summary>
internal static class ModuleAssemblies
{
    public static Assembly Cmdlets =>
        AssemblyLoadContext.Default.Assemblies.Single(a => a.GetName().Name == "Litestream.PowerShell");

    /// <summary>The module's own load context; empty until a command has needed the engine.</summary>
    public static AssemblyLoadContext Context => AssemblyLoadContext.All.Single(c => c.Name == "Litestream");

    public static Assembly Engine => Context.LoadFromAssemblyName(new("Litestream.Engine"));

    /// <summary>Makes a runspace call a command that needs the engine.</summary>
    public static void UseEngine(this ModuleHost host) => host.Run("Get-LitestreamGeneration ./nowhere");
}
