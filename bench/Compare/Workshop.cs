using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>Where the rows work, and how much.</summary>
/// <param name="Folder">A folder of the run's own, on the disk that is measured.</param>
/// <param name="SizeMb">Size of the database, in MiB.</param>
/// <param name="Turns">How often each system is measured, in turn.</param>
internal sealed record Workshop(string Folder, int SizeMb, int Turns)
{
    private int _number;

    public Ours Ours { get; } = new();

    public Theirs Theirs { get; } = new();

    /// <summary>A path that nobody has used.</summary>
    public string NewPath(string name) => Path.Combine(Folder, $"{++_number:000}-{name}");

    /// <summary>A database of typical content.</summary>
    /// <param name="mebibytes">Its size; null for the run's.</param>
    public string CreateDatabase(int? mebibytes = null)
    {
        var path = Path.Combine(Directory.CreateDirectory(NewPath("data")).FullName, "app.db");
        Databases.CreateTypical(path, mebibytes ?? SizeMb);
        return path;
    }

    /// <summary>A copy of a database that nobody uses.</summary>
    public string Copy(string database)
    {
        var path = Path.Combine(Directory.CreateDirectory(NewPath("data")).FullName, "app.db");
        File.Copy(database, path);
        return path;
    }

    /// <summary>Removes what a turn has left.</summary>
    public static void Remove(string path)
    {
        if (Directory.Exists(path)) Directory.Delete(path, recursive: true);
        else File.Delete(path);
    }

    /// <summary>Does several things in turn, A B A B, and so on.</summary>
    /// <returns>The results of each, in order.</returns>
    public async Task<IReadOnlyList<IReadOnlyList<T>>> InTurnAsync<T>(params Func<Task<T>>[] works)
    {
        var results = works.Select(_ => new List<T>()).ToList();
        for (var turn = 0; turn < Turns; turn++)
            for (var work = 0; work < works.Length; work++)
                results[work].Add(await works[work]());
        return results;
    }
}
