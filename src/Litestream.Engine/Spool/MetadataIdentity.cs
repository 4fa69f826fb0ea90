using System.Text;
using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>A metadata folder's own name, which tells its replication from all others wherever it runs.</summary>
internal static class MetadataIdentity
{
    private const int MaxLength = 64;

    /// <summary>Reads it, or makes one where there is none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="environment">Files and randomness.</param>
    public static string Of(MetadataFolder folder, EngineEnvironment environment)
    {
        if (Read(folder, environment.Files) is { } id) return folder.Id = id;
        folder.Id = GenerationId.Create(environment.Random).ToString();
        Write(folder, environment.Files);
        return folder.Id;
    }

    /// <summary>Reads the one that is there; null where none is.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Where.</param>
    public static string? Read(MetadataFolder folder, IFileSystem files)
    {
        if (files.Find(PathIn(folder)) is not { IsDirectory: false, Length: > 0 and <= MaxLength }) return null;
        using var reader = new StreamReader(new FileSystemStream(files.Open(PathIn(folder), FileOpenMode.Read)), Encoding.UTF8);
        return reader.ReadToEnd().Trim();
    }

    /// <summary>Writes the folder's own, durably.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="files">Where.</param>
    public static void Write(MetadataFolder folder, IFileSystem files) =>
        DurableFile.Write(files, PathIn(folder), Encoding.UTF8.GetBytes(folder.Id + "\n"), folder.FileMode);

    private static string PathIn(MetadataFolder folder) => Path.Combine(folder.Root, "id");
}
