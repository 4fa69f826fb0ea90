using Litestream.Engine.Files;

namespace Litestream.Engine.Reports.Writing;

/// <summary>Writes a report's file: whole and durable, or not at all.</summary>
public static class ReportFile
{
    /// <summary>Writes it.</summary>
    /// <param name="files">Where.</param>
    /// <param name="path">The file, absolute; its folder must exist.</param>
    /// <param name="content">All of it.</param>
    /// <param name="overwrite">Whether an existing file is replaced; otherwise it is an <see cref="IOException"/>.</param>
    public static void Write(IFileSystem files, string path, ReadOnlySpan<byte> content, bool overwrite) =>
        DurableFile.Write(files, path, content, mode: null, overwrite);
}
