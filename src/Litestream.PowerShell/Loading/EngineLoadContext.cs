using System.Reflection;
using System.Runtime.InteropServices;
using System.Runtime.Loader;

namespace Litestream.PowerShell.Loading;

/// <summary>Holds the engine and everything it depends on, apart from what other modules bring. It probes lib/ itself: an
/// AssemblyDependencyResolver needs a host policy, which WinRM sessions lack.</summary>
internal sealed class EngineLoadContext : AssemblyLoadContext
{
    internal const string EngineName = "Litestream.Engine";

    private readonly string _lib;

    private EngineLoadContext(string lib)
        : base("Litestream", isCollectible: false) => _lib = lib;

    internal static EngineLoadContext Instance { get; } =
        new(Path.Combine(Path.GetDirectoryName(typeof(EngineLoadContext).Assembly.Location)!, "lib"));

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        var path = Path.Combine(_lib, assemblyName.Name + ".dll");
        return File.Exists(path) ? LoadFromAssemblyPath(path) : null;
    }

    protected override nint LoadUnmanagedDll(string unmanagedDllName)
    {
        var path = Path.Combine(_lib, "runtimes", Runtime(), "native", FileName(unmanagedDllName));
        return File.Exists(path) ? LoadUnmanagedDllFromPath(path) : 0;
    }

    private static string Runtime()
    {
        // .NET says linux-musl-x64 when it comes from Microsoft, alpine.3.20-x64 when it comes from Alpine
        var own = RuntimeInformation.RuntimeIdentifier;
        var system = OperatingSystem.IsWindows() ? "win"
            : OperatingSystem.IsMacOS() ? "osx"
            : own.Contains("musl", StringComparison.Ordinal) || own.StartsWith("alpine", StringComparison.Ordinal) ? "linux-musl"
            : "linux";
        return $"{system}-{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}";
    }

    private static string FileName(string library) =>
        OperatingSystem.IsWindows() ? library + ".dll"
        : OperatingSystem.IsMacOS() ? $"lib{library}.dylib"
        : $"lib{library}.so";
}
