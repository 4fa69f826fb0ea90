using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>
/// The unbroken reader: two connections hold a read transaction hand over hand, one begins before the other ends. While one
/// holds a read mark above slot 0 the WAL can't be restarted nor backfilled beyond the mark; while one sits in slot 0 (the
/// WAL was wholly backfilled) it can be restarted once, but nothing new can be backfilled. Either way no life of the WAL
/// passes unseen.
/// </summary>
/// <param name="holder">A connection with a read transaction; is disposed with the relay.</param>
/// <param name="spare">A connection without; is disposed with the relay.</param>
internal class ReaderRelay(DatabaseConnection holder, DatabaseConnection spare) : IDisposable
{
    /// <summary>What the present reader saw at its begin; null if no WAL had been written.</summary>
    public WalIndexSnapshot? Began { get; private set; } = holder.GetWalSnapshot();

    /// <summary>Whether the read transaction is still there.</summary>
    public bool IsHeld => Holder.IsReading;

    /// <summary>The connection that reads.</summary>
    protected DatabaseConnection Holder { get; private set; } = holder;

    /// <summary>The connection that reads next.</summary>
    protected DatabaseConnection Spare { get; private set; } = spare;

    /// <summary>Begins. Null when somebody is in the way.</summary>
    /// <param name="open">Opens a connection.</param>
    /// <param name="create">Makes the relay of two connections, of which the first reads.</param>
    public static ReaderRelay? TryStart(
        Func<DatabaseConnection> open, Func<DatabaseConnection, DatabaseConnection, ReaderRelay> create)
    {
        var holder = open();
        try
        {
            if (!holder.TryBeginRead())
            {
                holder.Dispose();
                return null;
            }

            var spare = open();
            try
            {
                return create(holder, spare);
            }
            catch
            {
                spare.Dispose();
                throw;
            }
        }
        catch
        {
            holder.Dispose();
            throw;
        }
    }

    /// <summary>Begins on the one connection, then ends on the other. False when the begin did not succeed: the former
    /// reader stays. Everything the former reader protects must be captured before.</summary>
    public virtual bool TryHandOver()
    {
        if (!Spare.TryBeginRead()) return false;
        Swap();
        Spare.EndTransaction();
        return true;
    }

    public void Dispose()
    {
        Holder.Dispose();
        Spare.Dispose();
    }

    /// <summary>The spare connection, which reads by now, is the holder from here on.</summary>
    protected void Swap()
    {
        (Holder, Spare) = (Spare, Holder);
        Began = Holder.GetWalSnapshot();
    }
}
