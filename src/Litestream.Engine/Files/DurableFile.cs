namespace Litestream.Engine.Files;

/// <summary>Writes small files that survive a power loss, or stay as they were.</summary>
internal static class DurableFile
{
    /// <summary>Writes a file anew.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">The file.</param>
    /// <param name="content">All of it.</param>
    /// <param name="mode">Its permissions; null for the default.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an <see cref="IOException"/>.</param>
    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> content, UnixFileMode? mode, bool overwrite = true)
    {
        var temporary = path + ".tmp";
        using (var file = files.Open(temporary, FileOpenMode.Create, mode))
        {
            file.Write(content, 0);
            // flushed before it gets its name: a file that is found is whole
            file.FlushToDisk();
        }

        try
        {
            files.Rename(temporary, path, overwrite);
        }
        catch (IOException) when (!overwrite)
        {
            files.Delete(temporary);
            throw;
        }

        // last: only now the name, and with it the content, survives
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }
}
