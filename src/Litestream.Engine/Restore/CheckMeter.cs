using Litestream.Engine.Sqlite;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Litestream.Engine.Restore;

/// <summary>
/// Tells, while SQLite checks a database, how far it is: a check is one call. It walks every page of the trees once, which is counted, and then goes through
/// the rows, where it reads index pages nobody knows how often: so the rows are counted, against as many as a few pages of each table let expect.
/// </summary>
/// <param name="time">Tells how long it takes.</param>
/// <param name="mode">What is checked.</param>
/// <param name="checksForeignKeys">Whether foreign keys are checked afterwards.</param>
/// <param name="told">Is told, on the thread that waits for SQLite.</param>
internal sealed class CheckMeter(TimeProvider time, IntegrityCheckMode mode, bool checksForeignKeys, Action<CheckProgress> told)
{
    /// <summary>Often enough for whoever looks on, and too rarely to cost anything.</summary>
    private const int StepsBetween = 1000;

    /// <summary>Steps of a statement to a next row that SQLite has no purpose for. It is SQLite's, not in its manual, and where it is missing the check
    /// seems to stay where its first stage ends.</summary>
    private const int RowCounter = 0;

    // beside one row: measured with tables and indexes of common sizes
    private const double PageCost = 16;
    private const double LookupCost = 4;

    private StagedWork? _work;
    private CheckStage _stage;
    private long _rowsBefore;
    private int _rows;

    /// <summary>Begins to tell, until the connection is closed.</summary>
    /// <param name="connection">The open database.</param>
    public void Attach(SqliteConnection connection)
    {
        if (CheckWork.Estimate(connection) is { } work) _work = new(time, [.. StagesOf(work)]);
        var handle = connection.Handle!;
        raw.sqlite3_progress_handler(handle, StepsBetween, _ =>
        {
            Tell(handle);
            return 0; // go on
        }, null);
    }

    private IEnumerable<(double Expected, double Cost)> StagesOf(CheckWork work)
    {
        yield return (work.Pages, work.Pages * PageCost);
        yield return (work.Rows, work.Rows + (mode == IntegrityCheckMode.Full ? work.Lookups * LookupCost : 0));
        yield return (work.References, checksForeignKeys ? work.References * (1 + LookupCost) : 0);
    }

    private void Tell(sqlite3 database)
    {
        _ = raw.sqlite3_db_status(database, raw.SQLITE_DBSTATUS_CACHE_MISS, out var pages, out _, resetFlg: 0);
        if (_work is null)
        {
            told(new(pages, null, null));
            return;
        }

        var isKnown = TryReach(database, pages);
        told(new(pages, _work.Share, isKnown ? _work.Left : null));
    }

    private bool TryReach(sqlite3 database, int pages)
    {
        if (FindCheck(database) is not { } check) return false;
        var rows = SqliteNative.StatementStatus(check, RowCounter, reset: 0);
        var stage = SqliteNative.TextOf(check).IndexOf("foreign_key_check"u8) >= 0 ? CheckStage.ForeignKeys : rows > 0 ? CheckStage.Rows : CheckStage.Trees;
        if (stage > _stage) (_stage, _rowsBefore, _rows) = (stage, 0, 0);
        // where each table is checked by itself
        if (rows < _rows) _rowsBefore += _rows;
        _rows = rows;
        _work!.Reach((int)stage, stage == CheckStage.Trees ? pages : _rowsBefore + rows);
        return true;
    }

    /// <summary>The statement that checks: virtual tables run statements of their own for it.</summary>
    private static nint? FindCheck(sqlite3 database)
    {
        for (var statement = SqliteNative.NextStatement(database, 0); statement != 0; statement = SqliteNative.NextStatement(database, statement))
            if (SqliteNative.TextOf(statement).StartsWith("PRAGMA "u8)) return statement;
        return null;
    }
}
