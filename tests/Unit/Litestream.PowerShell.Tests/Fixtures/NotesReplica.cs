using Microsoft.Data.Sqlite;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>A replica written by Litestream 0.3.13; TestData/README.md says what is in it.</summary>
internal static class NotesReplica
{
    public const string Earlier = "0b2ad470f44f1ca0";
    public const string Later = "082a8f643eecaa50";

    /// <summary>When the first snapshot was made.</summary>
    public static DateTimeOffset Start { get; } = new(2026, 5, 1, 12, 0, 0, TimeSpan.Zero);

    private static readonly (string Key, int Seconds)[] s_objects =
    [
        ($"{Earlier}/snapshots/00000000.snapshot.lz4", 0),
        ($"{Earlier}/wal/00000000_00000000.wal.lz4", 0),
        ($"{Earlier}/wal/00000000_00000ec8.wal.lz4", 10),
        ($"{Earlier}/wal/00000000_000010e0.wal.lz4", 20),
        ($"{Earlier}/wal/00000000_000012f8.wal.lz4", 30),
        ($"{Later}/snapshots/00000000.snapshot.lz4", 60),
        ($"{Later}/wal/00000000_00000000.wal.lz4", 60),
        ($"{Later}/wal/00000000_00000238.wal.lz4", 70),
        ($"{Later}/wal/00000000_00000450.wal.lz4", 80),
    ];

    /// <summary>Lays the replica out in a new folder.</summary>
    public static void CopyTo(string folder)
    {
        foreach (var (key, seconds) in s_objects)
        {
            var target = Path.Combine(folder, "generations", key);
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(Path.Combine(AppContext.BaseDirectory, "TestData", "notes", "generations", key), target);
            File.SetLastWriteTimeUtc(target, Start.AddSeconds(seconds).UtcDateTime);
        }
    }

    /// <summary>The notes of a restored database, in order.</summary>
    public static string Read(string database)
    {
        using var connection = new SqliteConnection($"Data Source={database};Mode=ReadOnly;Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT group_concat(text, ' ') FROM (SELECT text FROM note ORDER BY id)";
        return (string)command.ExecuteScalar()!;
    }
}
