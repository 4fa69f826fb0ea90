namespace Litestream.Servers;

/// <summary>The folder of this repository in which the running program was built.</summary>
internal static class RepositoryFolder
{
    private static readonly Lazy<string> s_path = new(Find);

    /// <summary>Its path.</summary>
    /// <exception cref="InvalidOperationException">The program does not lie in one.</exception>
    public static string Path => s_path.Value;

    private static string Find()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = System.IO.Path.GetDirectoryName(folder))
            if (File.Exists(System.IO.Path.Combine(folder, "Litestream.sln"))) return folder;
        throw new InvalidOperationException("Litestream.sln is in no folder above this program.");
    }
}
