using Litestream.Engine.Sqlite;
using Microsoft.Data.Sqlite;

namespace Litestream.Engine.Restore;

/// <summary>What the check of a database has to do, as estimated from its header and a few pages of each table.</summary>
/// <param name="Pages">Pages of all B-trees.</param>
/// <param name="Rows">Rows of all tables.</param>
/// <param name="Lookups">Looks of rows into indexes.</param>
/// <param name="References">Rows of tables that have foreign keys.</param>
internal sealed record CheckWork(double Pages, double Rows, double Lookups, double References)
{
    private const string Tables = """
        SELECT t.rootpage, coalesce(i.count, 0), EXISTS (SELECT 1 FROM pragma_foreign_key_list(t.name))
        FROM sqlite_schema t LEFT JOIN (SELECT tbl_name, count(*) AS count FROM sqlite_schema WHERE type = 'index' GROUP BY tbl_name) i ON i.tbl_name = t.name
        WHERE t.type = 'table' AND t.rootpage > 0
        """;

    /// <summary>Estimates it; null where the file makes no sense.</summary>
    /// <param name="connection">The open database.</param>
    public static CheckWork? Estimate(SqliteConnection connection)
    {
        try
        {
            var (pageSize, pages, unused) = (Number("page_size"), Number("page_count"), Number("freelist_count"));
            var tree = new TreeEstimate((int)pageSize, (page, offset) => DatabaseFile.TryRead(connection.Handle!, page, offset));
            var work = new CheckWork(pages - unused, 0, 0, 0);
            using var command = connection.CreateCommand();
            command.CommandText = Tables;
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                var rows = tree.CountBelow((uint)reader.GetInt64(0));
                work = work with
                {
                    Rows = work.Rows + rows,
                    Lookups = work.Lookups + rows * reader.GetInt64(1),
                    References = work.References + (reader.GetBoolean(2) ? rows : 0),
                };
            }

            return work;
        }
        catch (SqliteException)
        {
            // the check will tell
            return null;
        }

        long Number(string pragma)
        {
            using var command = connection.CreateCommand();
            command.CommandText = $"PRAGMA {pragma}";
            return (long)command.ExecuteScalar()!;
        }
    }
}
