using Litestream.Workload.Sqlite;

namespace Litestream.Stress.Restores;

/// <summary>The source as SQLite itself would have it: database and WAL copied after all processes have ended, and the copy's
/// WAL checkpointed into it. The original stays as it is.</summary>
internal static class SourceImage
{
    /// <summary>Makes the image.</summary>
    /// <param name="database">The source; nobody has it open.</param>
    /// <param name="folder">An empty folder.</param>
    /// <returns>The file.</returns>
    public static string Take(string database, string folder)
    {
        var image = Path.Combine(folder, "source.db");
        File.Copy(database, image);
        if (File.Exists($"{database}-wal")) File.Copy($"{database}-wal", $"{image}-wal");
        using var copy = Database.Open(image, 0);
        if (copy.Number("PRAGMA wal_checkpoint(TRUNCATE)") != 0)
            throw new RunFailedException("The copy of the source can't be checkpointed.");

        // What lies behind the last page belongs to nobody: a deleted WAL can leave a database file longer than its database.
        var length = (copy.Number("PRAGMA page_count") * copy.Number("PRAGMA page_size"))!.Value;
        using var file = File.OpenWrite(image);
        if (file.Length > length) file.SetLength(length);
        return image;
    }
}
