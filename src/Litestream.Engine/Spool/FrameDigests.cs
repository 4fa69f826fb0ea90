using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Spool;

/// <summary>What frames made of the pages, block by block. The digests of several blocks may be computed at once, on any thread.</summary>
internal sealed class FrameDigests
{
    private readonly SortedDictionary<int, Note[]> _blocks = [];

    /// <summary>Computes the digests of a block, only of what its pages hold at its end: a busy writer writes the same pages again and again.</summary>
    /// <param name="block">Its number.</param>
    /// <param name="frames">Whole frames.</param>
    /// <param name="frameSize">Bytes of a frame.</param>
    public void Compute(int block, ReadOnlySpan<byte> frames, int frameSize)
    {
        var notes = NotesOf(frames, frameSize);
        lock (_blocks) _blocks[block] = notes;
    }

    /// <summary>Adds all of it, in order.</summary>
    /// <param name="changes">What was before.</param>
    public void AddTo(PageChanges changes)
    {
        lock (_blocks)
        {
            foreach (var note in _blocks.Values.SelectMany(notes => notes))
            {
                if (note.Digest != default) changes.Set(note.PageNumber, note.Digest);
                if (note.CommitSize > 0) changes.SetCount(note.CommitSize);
            }
        }
    }

    private static Note[] NotesOf(ReadOnlySpan<byte> frames, int frameSize)
    {
        var notes = new Note[frames.Length / frameSize];
        var lastOf = new Dictionary<uint, int>(notes.Length);
        for (var i = 0; i < notes.Length; i++)
        {
            var header = WalFrameHeader.Read(frames[(i * frameSize)..]);
            lastOf[header.PageNumber] = i;
            notes[i] = new(header.PageNumber, header.CommitSize, default);
        }

        foreach (var i in lastOf.Values)
            notes[i] = notes[i] with { Digest = PageDigest.Of(frames.Slice(i * frameSize + WalFrameHeader.Size, frameSize - WalFrameHeader.Size)) };
        return notes;
    }

    /// <summary>What counts of a frame.</summary>
    /// <param name="PageNumber">Its page.</param>
    /// <param name="CommitSize">Pages of the database behind a commit; otherwise 0.</param>
    /// <param name="Digest">What the page holds; 0 where a later frame of the block has it.</param>
    private readonly record struct Note(uint PageNumber, uint CommitSize, UInt128 Digest);
}
