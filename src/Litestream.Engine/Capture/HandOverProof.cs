using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>What is known since the reader was last handed over, and what follows from it: which restart of the WAL it forbids, and whether it is in slot 0.</summary>
internal sealed class HandOverProof
{
    private CapturePoint _at = CapturePoint.None;
    private CheckpointAnswer _after;
    private bool _isLifeOfFormer;
    private bool _forbidsRestart;

    /// <summary>Whether everything that the former reader protected is captured: only then may the present one be handed over.</summary>
    public bool IsCaptured { get; private set; }

    /// <summary>Notes that.</summary>
    public void Captured() => IsCaptured = true;

    /// <summary>Notes that what was captured has to be captured again.</summary>
    public void Rewound() => (IsCaptured, _forbidsRestart) = (false, false);

    /// <summary>Notes a hand-over.</summary>
    /// <param name="former">What the former reader saw at its begin.</param>
    /// <param name="began">What the present one did.</param>
    /// <param name="at">Up to where everything was captured.</param>
    public void HandedOver(WalIndexSnapshot? former, WalIndexSnapshot? began, CapturePoint at) =>
        (_isLifeOfFormer, IsCaptured, _at) = ((former?.Salt1, former?.Salt2) == (began?.Salt1, began?.Salt2), false, at);

    /// <summary>Notes how far the WAL was backfilled right after it.</summary>
    public void Answered(CheckpointAnswer after) => (_after, _forbidsRestart) = (after, false);

    /// <summary>Notices a restart that the reader forbids: then SQLite's locks were lost, as when somebody in this process opens
    /// and closes the database or its -shm.</summary>
    /// <param name="before">Up to where everything was captured before.</param>
    /// <param name="point">Up to where it is now.</param>
    /// <param name="began">What the reader saw at its begin.</param>
    /// <exception cref="ContinuityLostException">There was one.</exception>
    public void NoteLife(CapturePoint before, CapturePoint point, WalIndexSnapshot? began)
    {
        var isSameLife = before.HasLife && (before.Salt1, before.Salt2) == (point.Salt1, point.Salt2);
        if (_forbidsRestart && !isSameLife)
            throw new ContinuityLostException("the WAL was restarted although a reader forbade it: SQLite's locks were lost");

        // A reader above slot 0 forbids a restart. It is there if the WAL of its begin was not wholly backfilled even afterwards.
        if (!IsCaptured)
            _forbidsRestart = began is { } seen && point.IsSameLife(seen) && !_after.IsBusy && _after.Frames >= seen.LastFrame && _after.Backfilled < seen.LastFrame;
        IsCaptured = true;
    }

    /// <summary>Whether the reader is in slot 0: it began when the WAL was wholly backfilled.</summary>
    /// <param name="answer">The answer of the checkpoint before the hand-over.</param>
    /// <param name="began">What the reader saw at its begin.</param>
    public bool IsAtRest(CheckpointAnswer answer, WalIndexSnapshot? began) =>
        answer.IsComplete && (began?.LastFrame ?? 0) == (uint)answer.Frames && (answer.Frames == 0 || _isLifeOfFormer);

    /// <summary>Whether exactly that is captured which the reader saw at its begin, and no more.</summary>
    /// <param name="began">What it saw.</param>
    /// <param name="point">Up to where everything is captured.</param>
    public bool IsCapturedTo(WalIndexSnapshot? began, CapturePoint point) =>
        began is { LastFrame: > 0 } seen ? point.IsSameLife(seen) && point.Frame == seen.LastFrame : point.IsSamePlace(_at);
}
