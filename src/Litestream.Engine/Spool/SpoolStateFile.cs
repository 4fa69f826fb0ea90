using System.Text.Json;
using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>Reads and replaces the state file.</summary>
internal sealed class SpoolStateFile(MetadataFolder folder, IFileSystem files)
{
    private const int MaxSize = 1 << 16;

    /// <summary>The state; null if there is none or it can't be understood (then only a new generation is safe).</summary>
    public SpoolState? Read()
    {
        if (files.Find(folder.StatePath) is not { } entry) return null;
        var bytes = new byte[Math.Min(entry.Length, MaxSize)];
        using (var file = files.Open(folder.StatePath, FileOpenMode.Read))
            if (file.Read(bytes, 0) != entry.Length) return null;
        try
        {
            var state = JsonSerializer.Deserialize<SpoolState>(bytes);
            return state is { Version: SpoolState.CurrentVersion, Head: not null, Source: not null }
                && GenerationId.TryParse(state.Generation, out _) ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Replaces the state. When this returns it survives a power loss.</summary>
    public void Write(SpoolState state)
    {
        var temporary = folder.StatePath + ".tmp";
        using (var file = files.Open(temporary, FileOpenMode.Create, folder.FileMode))
        {
            file.Write(JsonSerializer.SerializeToUtf8Bytes(state), 0);
            // flushed before it gets its name: a state that is found is whole
            file.FlushToDisk();
        }

        files.Rename(temporary, folder.StatePath, overwrite: true);
        // the name is flushed before anyone relies on it: what is shipped is never ahead of the state
        files.FlushDirectory(folder.Root);
    }

    /// <summary>Forgets the state.</summary>
    public void Delete()
    {
        files.Delete(folder.StatePath);
        files.FlushDirectory(folder.Root);
    }
}
