using System.ComponentModel;
using System.Management.Automation;
using System.Runtime.Loader;

namespace Litestream.PowerShell.Loading;

/// <summary>Lets the engine be found when the module is imported. Loads nothing itself.</summary>
[EditorBrowsable(EditorBrowsableState.Never)]
public sealed class ModuleInitializer : IModuleAssemblyInitializer
{
    private static int s_hooked;

    /// <summary>Is called at every import, in every runspace; hooks once in a process and never unhooks, as a job may
    /// need the engine after the module was removed.</summary>
    public void OnImport()
    {
        if (Interlocked.Exchange(ref s_hooked, 1) != 0) return;
        AssemblyLoadContext.Default.Resolving += (_, name) =>
            name.Name == EngineLoadContext.EngineName ? EngineLoadContext.Instance.LoadFromAssemblyName(name) : null;
    }
}
