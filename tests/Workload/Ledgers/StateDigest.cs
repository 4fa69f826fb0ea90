using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Ledgers;

/// <summary>The whole logical content of a database as one hash: size and counters of the header, schema, then all
/// rows of all tables in order. Tables that Litestream 0.3 adds are left out.</summary>
public static class StateDigest
{
    /// <summary>Hashes a database in one read transaction.</summary>
    /// <param name="path">The file.</param>
    /// <returns>SHA-256, lower-case hex.</returns>
    public static string Compute(string path)
    {
        using var database = Database.Open(path, 5000);
        return Compute(database);
    }

    /// <summary>Hashes a database in one read transaction.</summary>
    /// <param name="database">A connection without a transaction.</param>
    /// <returns>SHA-256, lower-case hex.</returns>
    public static string Compute(Database database)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        database.Execute("BEGIN");
        var tables = new List<string>();
        foreach (var row in database.Query("""
            SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name NOT LIKE '\_litestream\_%' ESCAPE '\' ORDER BY type, name
            """))
        {
            Append(hash, row);
            if (row[0] is "table") tables.Add((string)row[1]!);
        }

        Append(hash, [database.Number("PRAGMA user_version"), database.Number("PRAGMA page_size")]);
        foreach (var table in tables)
        {
            foreach (var row in database.Query($"SELECT * FROM \"{table}\" ORDER BY rowid")) Append(hash, row);
        }

        database.Execute("COMMIT");
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static void Append(IncrementalHash hash, object?[] row)
    {
        Span<byte> head = stackalloc byte[9];
        foreach (var value in row)
        {
            byte[] body = value switch
            {
                byte[] bytes => bytes,
                string text => Encoding.UTF8.GetBytes(text),
                _ => [],
            };
            head[0] = value switch { null => 0, long => 1, double => 2, string => 3, _ => 4 };
            BinaryPrimitives.WriteInt64LittleEndian(head[1..], value switch
            {
                long number => number,
                double number => BitConverter.DoubleToInt64Bits(number),
                _ => body.Length,
            });
            hash.AppendData(head);
            hash.AppendData(body);
        }
    }
}
