using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>A database whose file was replaced or written over while it was watched: whether it is the same after all, what is still to be recorded of it, and its WAL, which
/// SQLite would apply to whatever file is there now.</summary>
/// <param name="path">Full path of the database.</param>
/// <param name="environment">Where it is.</param>
/// <param name="spool">Knows what is recorded.</param>
/// <param name="segments">Records it.</param>
internal sealed class FormerDatabase(string path, EngineEnvironment environment, SpoolFolder spool, SegmentRecorder segments) : IDisposable
{
    /// <summary>How often a last capture is tried.</summary>
    private const int MaxTries = 20;

    private (CapturePoint Point, SourceFiles Files)? _replaced;
    private (FormerIndex Index, FileIdentity? Database)? _index;

    /// <summary>Keeps the wal-index in sight that is just being let go, as its name leads elsewhere.</summary>
    public void KeepIndex()
    {
        if (segments.Session is not { Files: { WalIndex: { } index } files } || FormerIndex.TryKeep(index) is not { } kept) return;
        Dispose();
        _index = (kept, files.Database);
    }

    /// <summary>Sees that nobody goes on with it. Locks on the files that have the names do not tell, once another application has opened the database beside him.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseLocked"/>: somebody does.</exception>
    public void EnsureIndexUnused()
    {
        if (_index is not var (index, database)) return;
        var present = SourceFiles.Of(path, environment.Files);
        // where the database was replaced, too, its user has nothing to do with the new one
        if (present.Database == database && present.WalIndex != index.Identity && index.IsUsed) throw UnlockedUser.Removed(path);
        Dispose();
    }

    public void Dispose()
    {
        _index?.Index.Dispose();
        _index = null;
    }

    /// <summary>Goes on after something has changed the database file, if it holds what it should.</summary>
    /// <param name="cancellationToken">Ends the reading of all of it.</param>
    /// <returns>Whether it does.</returns>
    public bool TryTrust(CancellationToken cancellationToken)
    {
        if (segments.Session is not { } session || spool is not { State: { } state, Pages: { } pages }) return false;
        return session.Rest.IsWhole ? TryTrustRested(session, state, pages, cancellationToken) : TryTrustUnrested(session, state, pages, cancellationToken);
    }

    /// <summary>Records what was committed until the database's name led elsewhere: the files are still held.</summary>
    /// <exception cref="ContinuityLostException">That is not all.</exception>
    public void CaptureLast()
    {
        if (segments is not { Session: { } session, Generation: not null }) return;
        _replaced = (session.Point, session.Files);
        // what was captured before is whole, whatever becomes of the rest
        segments.Cut();
        for (var tries = 1; ; tries++)
        {
            switch (session.TryCaptureLast(segments.Sink))
            {
                case null when tries == MaxTries: throw new ContinuityLostException("somebody was in the way");
                case null: continue;
                case > 0:
                    _replaced = (session.Point, session.Files);
                    segments.Cut();
                    return;
                default: return;
            }
        }
    }

    /// <summary>Refuses a database beside which the WAL is of the one that it has replaced, as far as that is known without opening it.</summary>
    /// <param name="database">Its present file.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>.</exception>
    public void EnsureNoWal(DatabaseInfo database)
    {
        var present = SourceFiles.Of(path, environment.Files);
        // what was captured last may not have got into the state, by which an open database can prove more
        var isUnstated = _replaced is { } replaced && replaced.Files.Database != present.Database && !replaced.Point.IsSameLife(spool.State?.Source);
        if (isUnstated && FormerWal.IsBeside(path, _replaced!.Value.Point, environment.Files)) throw FormerWal.Refusal(path);
        // who leaves WAL mode removes the WAL
        if (!database.IsWal && spool.State is { } state && FormerWal.IsBeside(path, state.Source, environment.Files)) throw FormerWal.Refusal(path);
        _replaced = null;
    }

    private bool TryTrustRested(CaptureSession session, SpoolState state, PageMap pages, CancellationToken cancellationToken)
    {
        if (!segments.IsAllDurable || !state.Source.IsSamePlace(session.Point) || !session.Rest.TryGoOn(pages, cancellationToken)) return false;
        segments.StampSource();
        return true;
    }

    private static bool TryTrustUnrested(CaptureSession session, SpoolState state, PageMap pages, CancellationToken cancellationToken) =>
        session.Point.IsSameLife(state.Source) && session.Rest.TryGoOnBefore(state.Source, pages, cancellationToken);
}
