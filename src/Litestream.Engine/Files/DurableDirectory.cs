namespace Litestream.Engine.Files;

/// <summary>Creates folders that survive a power loss.</summary>
internal static class DurableDirectory
{
    /// <summary>Creates a folder with its parents and flushes each name into the folder above it.</summary>
    /// <param name="files">Where.</param>
    /// <param name="directory">The folder; nothing happens if it is there.</param>
    public static void Create(IFileSystem files, string directory)
    {
        if (files.Find(directory) is { IsDirectory: true }) return;
        var parent = Path.GetDirectoryName(directory);
        if (parent is not null) Create(files, parent);
        files.CreateDirectory(directory);
        if (parent is not null) files.FlushDirectory(parent);
    }

    /// <summary>Flushes the names in a folder, and its own up to a root: that a name is there does not mean that whoever made it
    /// lived to flush it.</summary>
    /// <param name="files">Where.</param>
    /// <param name="directory">The root or a folder below it; must exist.</param>
    /// <param name="root">The folder above which nothing is flushed.</param>
    public static void Confirm(IFileSystem files, string directory, string root)
    {
        for (var folder = directory; folder?.Length >= root.Length; folder = Path.GetDirectoryName(folder)) files.FlushDirectory(folder);
    }
}
