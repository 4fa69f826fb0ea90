using Litestream.Engine.Capture;
using Litestream.Engine.Spool;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Replication;

/// <summary>
/// Brings a stream up to a view of the database whatever happened in between: the pages that differ from what the stream holds follow as
/// one transaction. Whether the WAL in between was seen does not matter, because every page of the database is looked at.
/// </summary>
/// <param name="known">What the pages hold at the end of the stream.</param>
/// <param name="view">The database now.</param>
/// <param name="stream">Receives the frames.</param>
/// <param name="limit">Compressed bytes that it may make of them: what may wait for a replica.</param>
internal sealed class Reconciler(PageMap known, DatabaseView view, WalStreamWriter stream, long limit)
{
    private readonly WalHeader _form = new(view.PageSize, 0, 0, 0, BigEndianChecksums: false);
    private readonly byte[] _held = new byte[WalFrameHeader.Size + view.PageSize];
    private readonly byte[] _firstPage = new byte[view.PageSize];
    private uint _heldNumber;

    /// <summary>Pages that differ so far.</summary>
    public uint Changed { get; private set; }

    /// <summary>Reads the database and appends what differs. What was appended is void when this answers false or throws.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>False when too much differs: every replica would be given up for it.</returns>
    public bool TryRun(CancellationToken cancellationToken)
    {
        view.Read(Compare, _ => { }, cancellationToken);
        if (IsTooMuch) return false;
        // a database that only got shorter still needs a commit that says so
        if (Changed == 0 && view.PageCount != known.Count) Hold(1, _firstPage);
        if (_heldNumber != 0) Append(view.PageCount);
        return true;
    }

    private bool IsTooMuch => stream.StoredSize > limit;

    private void Compare(uint first, ReadOnlySpan<byte> pages)
    {
        if (first == 1) pages[..view.PageSize].CopyTo(_firstPage);
        for (var number = first; pages.Length > 0; pages = pages[view.PageSize..], number++)
        {
            var page = pages[..view.PageSize];
            if (number == PageSize.LockPage(view.PageSize) || (number <= known.Count && known[number] == PageDigest.Of(page))) continue;
            if (_heldNumber != 0 && !IsTooMuch) Append(commitSize: 0);
            Hold(number, page);
        }
    }

    /// <summary>Keeps a page back, because only the last frame says that the transaction is committed.</summary>
    private void Hold(uint number, ReadOnlySpan<byte> page)
    {
        page.CopyTo(_held.AsSpan(WalFrameHeader.Size));
        _heldNumber = number;
        Changed++;
    }

    private void Append(uint commitSize)
    {
        new WalFrameHeader(_heldNumber, commitSize, 0, 0, default).Write(_held);
        stream.Append(_held, _form);
    }
}
