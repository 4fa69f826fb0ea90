using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>
/// The durable state of the stream, and with it the page map at exactly this state: one file, to which each segment appends a record,
/// and which is made anew when it has grown. A record is its length, its content, and a SHA-256 over both and that of the record before.
/// For one thread at a time.
/// </summary>
internal sealed class StateJournal(MetadataFolder folder, IFileSystem files)
{
    private const int LengthSize = sizeof(int);
    private const int MinGrowth = 1 << 18;
    private const int PieceSize = 1 << 16;

    private long _length;
    private long _baseLength;
    private byte[] _chain = [];
    private bool _isDoubtful;
    private PageChanges _changes = new();

    /// <summary>The durable state; null while there is no generation.</summary>
    public SpoolState? State { get; private set; }

    /// <summary>What the pages hold at <see cref="State"/>; null while that is not known, see <see cref="Adopt"/>.</summary>
    public PageMap? Pages { get; private set; }

    private static ReadOnlySpan<byte> Magic => "litestream-ps 2\n"u8;

    /// <summary>Reads what a former run has left. What can't be understood does not count, from there on: a record that was not
    /// completed, or all of it (then only a new generation is safe).</summary>
    public void Load()
    {
        if (files.Find(folder.StatePath) is null) return;
        using var file = files.Open(folder.StatePath, FileOpenMode.Existing);
        // the run that wrote it may have died before it flushed: what is found counts only once it is durable
        file.FlushToDisk();
        var magic = new byte[Magic.Length];
        _isDoubtful = true;
        if (file.Read(magic, 0) < magic.Length || !Magic.SequenceEqual(magic)) return;
        (_length, _chain) = (magic.Length, magic);
        while (ReadRecord(file) is { } record)
        {
            if (State is null) _baseLength = _length;
            Take(record);
        }

        _isDoubtful = _length < file.Length;
    }

    /// <summary>Begins a generation: nothing is known of its pages yet.</summary>
    public void Begin(SpoolState state)
    {
        Replace(new(state, null, new()));
        (State, Pages, _changes) = (state, null, new());
    }

    /// <summary>Goes on to the state after one more transaction or more. When this returns it survives a power loss.</summary>
    /// <param name="state">The state.</param>
    /// <param name="changes">What happened to the pages since <see cref="State"/>.</param>
    public void Append(SpoolState state, PageChanges changes)
    {
        folder.EnsureThere();
        if (_length - _baseLength > Math.Max(MinGrowth, _baseLength)) _isDoubtful = true;
        Settle();
        var record = new JournalRecord(state, null, changes);
        // until it is flushed either state may be the one that a start finds
        _isDoubtful = true;
        using (var file = files.Open(folder.StatePath, FileOpenMode.Existing))
        {
            WriteRecord(file, record);
            file.FlushToDisk();
        }

        _isDoubtful = false;
        Take(record);
    }

    /// <summary>Takes what all pages held at an earlier commit of the generation: with what changed since, that is the map of now.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.MetadataCorrupt"/>: what changed since then can't have changed.</exception>
    public void Adopt(PageMap pages)
    {
        if (!_changes.CanFollow(pages.Count))
            throw new LitestreamException(ErrorCode.MetadataCorrupt, $"The state journal '{folder.StatePath}' is damaged.", folder.StatePath, "Delete the metadata folder; a new generation begins then.");
        pages.Apply(_changes);
        (Pages, _changes, _isDoubtful) = (pages, new(), true);
        Settle();
    }

    /// <summary>Makes sure that <see cref="State"/> is what a start finds, after a write that failed: before that no other segment may get
    /// the name of one which that write may have counted.</summary>
    public void Settle()
    {
        if (!_isDoubtful) return;
        if (State is null) Delete();
        else Replace(new(State, Pages, Pages is null ? _changes : null));
    }

    /// <summary>Forgets the state.</summary>
    public void Delete()
    {
        files.Delete(folder.StatePath);
        files.FlushDirectory(folder.Root);
        Forget();
    }

    /// <summary>Forgets the state whose file was removed.</summary>
    public void Forget() => (State, Pages, _changes, _isDoubtful) = (null, null, new(), false);

    private void Take(JournalRecord record)
    {
        State = record.State;
        if (record.Pages is { } pages) (Pages, _changes) = (pages, new());
        else if (Pages is not null) Pages.Apply(record.Changes!);
        else _changes.Add(record.Changes!);
    }

    private void Replace(JournalRecord record)
    {
        folder.EnsureThere();
        var temporary = folder.StatePath + ".tmp";
        // until it is done, length and chain below are not those of the file that has the name
        _isDoubtful = true;
        using (var file = files.Open(temporary, FileOpenMode.Create, folder.FileMode))
        {
            file.Write(Magic, 0);
            (_length, _chain) = (Magic.Length, Magic.ToArray());
            WriteRecord(file, record);
            // flushed before it gets its name: a state that is found is whole
            file.FlushToDisk();
        }

        _baseLength = _length;
        _isDoubtful = true;
        files.Rename(temporary, folder.StatePath, overwrite: true);
        // the name is flushed before anyone relies on it: what is shipped is never ahead of the state
        files.FlushDirectory(folder.Root);
        _isDoubtful = false;
    }

    private void WriteRecord(IFile file, JournalRecord record)
    {
        // in pieces: a map of the pages is as large as its database makes it
        var (end, pending) = (_length, new ArrayBufferWriter<byte>());
        using var hash = BeginChain();
        BinaryPrimitives.WriteInt32LittleEndian(pending.GetSpan(LengthSize), record.Size);
        pending.Advance(LengthSize);
        hash.AppendData(pending.WrittenSpan);
        foreach (var piece in record.ToBytes())
        {
            hash.AppendData(piece.Span);
            pending.Write(piece.Span);
            if (pending.WrittenCount >= PieceSize) WritePending();
        }

        var chain = hash.GetHashAndReset();
        pending.Write(chain);
        WritePending();
        (_length, _chain) = (end, chain);

        void WritePending()
        {
            file.Write(pending.WrittenSpan, end);
            end += pending.WrittenCount;
            pending.ResetWrittenCount();
        }
    }

    private JournalRecord? ReadRecord(IFile file)
    {
        var length = new byte[LengthSize];
        if (file.Read(length, _length) < LengthSize) return null;
        var size = LengthSize + (long)BinaryPrimitives.ReadUInt32LittleEndian(length);
        if (size + SHA256.HashSizeInBytes > Math.Min(file.Length - _length, Array.MaxLength)) return null;
        var content = new byte[size + SHA256.HashSizeInBytes];
        _ = file.Read(content, _length);
        var chain = HashOf(content.AsSpan(0, (int)size));
        if (!content.AsSpan((int)size).SequenceEqual(chain) || JournalRecord.Parse(content.AsSpan(LengthSize, (int)size - LengthSize)) is not { } record
            || (Pages is not null && record.Changes?.CanFollow(Pages.Count) == false))
            return null;
        (_length, _chain) = (_length + content.Length, chain);
        return record;
    }

    private byte[] HashOf(ReadOnlySpan<byte> content)
    {
        using var hash = BeginChain();
        hash.AppendData(content);
        return hash.GetHashAndReset();
    }

    private IncrementalHash BeginChain()
    {
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(_chain);
        return hash;
    }
}
