using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// The unbroken reader: two connections hold a read transaction hand over hand, one begins before the other ends. While one
/// holds a read mark above slot 0 the WAL can't be restarted nor backfilled beyond the mark; while one sits in slot 0 (the
/// WAL was wholly backfilled) it can be restarted once, but nothing new can be backfilled. Either way no life of the WAL
/// passes unseen.
/// </summary>
internal sealed class ReaderRelay : IDisposable
{
    private DatabaseConnection _holder;
    private DatabaseConnection _spare;

    private ReaderRelay(DatabaseConnection holder, DatabaseConnection spare)
    {
        _holder = holder;
        _spare = spare;
        Began = holder.GetWalSnapshot();
    }

    /// <summary>What the present reader saw at its begin; null if no WAL had been written.</summary>
    public WalIndexSnapshot? Began { get; private set; }

    /// <summary>Whether the read transaction is still there.</summary>
    public bool IsHeld => _holder.IsReading;

    /// <summary>Begins. Null when somebody is in the way.</summary>
    public static ReaderRelay? TryStart(Func<DatabaseConnection> open)
    {
        var holder = open();
        try
        {
            if (!holder.TryBeginRead())
            {
                holder.Dispose();
                return null;
            }

            return new(holder, open());
        }
        catch
        {
            holder.Dispose();
            throw;
        }
    }

    /// <summary>Begins on the one connection, then ends on the other. False when the begin did not succeed: the former
    /// reader stays. Everything the former reader protects must be captured before.</summary>
    public bool TryHandOver()
    {
        if (!_spare.TryBeginRead()) return false;
        (_holder, _spare) = (_spare, _holder);
        Began = _holder.GetWalSnapshot();
        _spare.EndTransaction();
        return true;
    }

    public void Dispose()
    {
        _holder.Dispose();
        _spare.Dispose();
    }
}
