using Litestream.Engine.Errors;

namespace Litestream.Engine.Restore;

/// <summary>
/// Whether a snapshot holds commits of its own index that lie behind the point of a restore: those of Litestream 0.3 may hold an unknown
/// part of it (replica format 1.4 and 5.4). Where fewer commits are replayed than the snapshot holds, pages of two moments would stand
/// side by side. If it holds a commit, it has each page of it as that commit or a later one left it; so one page that is otherwise
/// proves that the snapshot ends before the commit. Only pages that were not replayed count, the others are right in any case.
/// </summary>
/// <param name="readPage">Reads a page of the restored file; false if the page lies behind the end of the restored database.</param>
internal sealed class SnapshotOverhang(Func<uint, Memory<byte>, bool> readPage)
{
    /// <summary>Pages that are compared: if the commit has more, these are as good as all.</summary>
    private const int MaxPages = 64;

    private readonly HashSet<uint> _replayed = [];
    private readonly HashSet<uint> _pending = [];
    private readonly HashSet<uint> _compared = [];
    private readonly Dictionary<uint, byte[]> _different = [];
    private bool _isGathered;

    /// <summary>Whether the snapshot is ahead of the point; null if a damaged object keeps that from being known.</summary>
    public bool? IsAhead => _isGathered && _different.Count == 0 ? true : IsCut ? null : false;

    /// <summary>Whether an object could not be read to its end.</summary>
    public bool IsCut { get; private set; }

    /// <summary>A frame is replayed, once its transaction is committed.</summary>
    public void Replay(uint page, bool isCommit)
    {
        _pending.Add(page);
        if (!isCommit) return;
        _replayed.UnionWith(_pending);
        _pending.Clear();
    }

    /// <summary>Compares what a segment holds behind the point: the pages of the first commit that has some which were not replayed,
    /// with that commit and all later ones.</summary>
    /// <param name="wal">Stands at the next frame of the segment.</param>
    /// <param name="content">The segment, uncompressed.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task CompareAsync(WalStreamReader wal, Stream content, CancellationToken cancellationToken)
    {
        try
        {
            while (await wal.ReadFrameAsync(content, cancellationToken).ConfigureAwait(false))
                Compare(wal.Frame.PageNumber, wal.Page, wal.Frame.IsCommit);
        }
        catch (LitestreamException e) when (Damage.Is(e))
        {
            Cut();
        }
    }

    /// <summary>An object could not be read to its end; the restore itself does not need it.</summary>
    public void Cut() => IsCut = true;

    private void Compare(uint page, ReadOnlySpan<byte> content, bool isCommit)
    {
        if (!_isGathered && _compared.Count < MaxPages && !_replayed.Contains(page) && !_compared.Contains(page))
        {
            var own = new byte[content.Length];
            if (readPage(page, own))
            {
                _compared.Add(page);
                _different.Add(page, own);
            }
        }

        if (_different.TryGetValue(page, out var stored) && content.SequenceEqual(stored)) _different.Remove(page);
        _isGathered |= isCommit && _compared.Count > 0;
    }
}
