using Litestream.Engine.Capture;
using Litestream.Engine.Errors;
using Litestream.Engine.Spool;

namespace Litestream.Engine.Replication;

/// <summary>Whether what a former run recorded goes on with the database as it is now.</summary>
/// <param name="session">The database.</param>
/// <param name="environment">Files, and the boot's identity.</param>
internal sealed class Continuity(CaptureSession session, EngineEnvironment environment)
{
    /// <summary>How the database file looks; null if it is not there.</summary>
    public SourceStamp? ReadStamp() => environment.Files.Find(session.Path) is { } file ? new(file.Length, file.ModifiedAt) : null;

    /// <summary>Refuses a database beside which the WAL of another one is, before anything of ours checkpoints it. Not when the system was restarted since.</summary>
    /// <param name="state">What was recorded last; null for nothing.</param>
    /// <param name="pages">What the pages held then; null if nobody knows.</param>
    /// <param name="cancellationToken">Ends the comparison of the whole file that a doubt costs.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseError"/>.</exception>
    public void EnsureOwnWal(SpoolState? state, PageMap? pages, CancellationToken cancellationToken)
    {
        // after a power loss the WAL may lack what was captured of it, and then the file does, too
        if (state is null || state.BootId != environment.BootId) return;
        // both are other ones where they were moved together
        var isOtherFile = state.SourceFile != session.Files.Database && (state.SourceWal is null || state.SourceWal == session.Files.Wal);
        if (!isOtherFile && state.Stamp is { } stamp && stamp == ReadStamp()) return;
        if (session.HasFormerWal(state.Source, pages, isWhole: state.Stamp is not null, isOtherFile, cancellationToken)) throw FormerWal.Refusal(session.Path);
    }

    /// <summary>Why the remembered generation can't go on whatever the database holds; null if it can.</summary>
    public string? WhyNotGoOn(SpoolState? state)
    {
        if (state is null) return "there is none yet";
        // the numbers of files hold until the system is restarted
        if (state.BootId == environment.BootId && state.SourceFile != session.Files.Database) return "the database is another file";
        return state.Head.PageSize == session.PageSize ? null : "the page size changed";
    }

    /// <summary>Why it is not proven that nothing was missed since; null if it is, and what was committed since is captured.</summary>
    /// <param name="state">What a former run recorded.</param>
    /// <param name="sink">Receives what was committed since.</param>
    public string? WhyNotResume(SpoolState state, IFrameSink sink)
    {
        if (state.BootId != environment.BootId) return "the system was restarted";
        if (state.Stamp is { } stamp && stamp != ReadStamp()) return "the database file was changed meanwhile";
        // A header of the next restart that was written in part lets SQLite take the same salts once more, when all that they had is in the file; where a frame was captured, its checksum tells.
        if (state is { Stamp: null, Source: { HasLife: true, Frame: 0 } }) return "the WAL was just to begin anew when it was last seen";
        try
        {
            return session.TryResume(state.Source, sink);
        }
        catch (ContinuityLostException e)
        {
            return e.Message;
        }
    }
}
