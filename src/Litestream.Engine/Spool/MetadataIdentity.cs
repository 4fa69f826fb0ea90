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
        var path = Path.Combine(folder.Root, "id");
        if (environment.Files.Find(path) is { IsDirectory: false, Length: > 0 and <= MaxLength })
        {
            using var reader = new StreamReader(new FileSystemStream(environment.Files.Open(path, FileOpenMode.Read)), Encoding.UTF8);
            return reader.ReadToEnd().Trim();
        }

        var id = GenerationId.Create(environment.Random).ToString();
        DurableFile.Write(environment.Files, path, Encoding.UTF8.GetBytes(id + "\n"), folder.FileMode);
        return id;
    }
}
