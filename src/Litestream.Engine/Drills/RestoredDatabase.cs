using System.Globalization;
using Litestream.Engine.Restore;
using Litestream.Engine.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Engine.Drills;

/// <summary>What SQLite says of a restored database. Each question throws <see cref="SqliteException"/> when SQLite does not answer it.</summary>
internal sealed class RestoredDatabase : IDisposable
{
    private const int MessagesShown = 20;

    private readonly IDisposable _admission;
    private readonly SqliteConnection _connection;
    private readonly CancellationToken _cancellationToken;
    private readonly CancellationTokenRegistration _interruption;

    /// <summary>Opens it.</summary>
    /// <param name="path">Full path of the file.</param>
    /// <param name="vfs">SQLite VFS; null for the default.</param>
    /// <param name="meter">Is shown how far the checks are; null for nobody.</param>
    /// <param name="cancellationToken">Interrupts what is asked.</param>
    public RestoredDatabase(string path, string? vfs, CheckMeter? meter, CancellationToken cancellationToken)
    {
        _admission = SqliteGate.Admit(path);
        try
        {
            _connection = ImmutableDatabase.Open(path, vfs);
        }
        catch
        {
            _admission.Dispose();
            throw;
        }

        meter?.Attach(_connection);
        _cancellationToken = cancellationToken;
        _interruption = cancellationToken.Register(() => raw.sqlite3_interrupt(_connection.Handle));
    }

    /// <summary>What <c>integrity_check</c> finds, nothing if all is well; and the tables that it can't check here.</summary>
    public (IReadOnlyList<string> Messages, IReadOnlyList<string> Unchecked) CheckIntegrity()
    {
        var left = new List<string>();
        return (Answered(() => DatabaseCheck.Ask(_connection, "integrity_check", MessagesShown, left)), left);
    }

    /// <summary>What <c>foreign_key_check</c> finds, the first rows of it; empty if nothing.</summary>
    public IReadOnlyList<string> CheckForeignKeys() => Read("PRAGMA foreign_key_check", r => string.Create(CultureInfo.InvariantCulture,
        $"Row {(r.IsDBNull(1) ? "without rowid" : r.GetInt64(1))} of table {r.GetString(0)} refers to a row of {r.GetString(2)} that is not there."));

    /// <summary>Rows of every table.</summary>
    public IReadOnlyDictionary<string, long> CountRows() =>
        RowCounts.Read(sql => Read(sql, r => Convert.ToString(r.GetValue(0), CultureInfo.InvariantCulture)!, int.MaxValue));

    /// <summary>The first value of a query's first row; null for NULL and for no row.</summary>
    public object? ReadFirstValue(string sql) => Read(sql, r => r.IsDBNull(0) ? null : r.GetValue(0), limit: 1).FirstOrDefault();

    /// <inheritdoc/>
    public void Dispose()
    {
        _interruption.Dispose();
        _connection.Dispose();
        _admission.Dispose();
    }

    private List<T> Read<T>(string sql, Func<SqliteDataReader, T> read, int limit = MessagesShown) => Answered(() =>
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var rows = new List<T>();
        while (rows.Count < limit && reader.Read()) rows.Add(read(reader));
        return rows;
    });

    private T Answered<T>(Func<T> ask)
    {
        _cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return ask();
        }
        catch (SqliteException e) when (e.SqliteErrorCode == raw.SQLITE_INTERRUPT && _cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(e.Message, e, _cancellationToken);
        }
        catch (InvalidOperationException e)
        {
            // a parameter that nobody gives a value
            throw new SqliteException(e.Message, raw.SQLITE_MISUSE);
        }
    }
}
