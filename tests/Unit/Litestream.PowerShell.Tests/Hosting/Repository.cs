namespace Litestream.PowerShell.Tests.Hosting;

/// <summary>Where things are.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    public static string RootManifest { get; } = Path.Combine(Root, "Litestream.psd1");

    public static string StagedFolder { get; } = Path.Combine(Root, "out", "Litestream");

    public static string StagedManifest { get; } = Path.Combine(StagedFolder, "Litestream.psd1");

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln"))) return folder.FullName;
        throw new DirectoryNotFoundException("No folder above the tests holds Litestream.sln.");
    }
}
