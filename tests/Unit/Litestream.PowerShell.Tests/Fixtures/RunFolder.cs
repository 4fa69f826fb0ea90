using System.Runtime.CompilerServices;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>Lets the tests, and the processes that they start, see no other replications of this machine than their own.</summary>
internal static class RunFolder
{
    public static string Path { get; } = Directory.CreateTempSubdirectory("lsps-").FullName;

    [ModuleInitializer]
    internal static void Use()
    {
        Environment.SetEnvironmentVariable("LITESTREAM_RUN_FOLDER", Path);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Path, recursive: true);
    }
}
