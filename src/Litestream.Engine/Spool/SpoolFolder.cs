using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Spool;

/// <summary>
/// The spool's files and its state: a segment counts once it and the state behind it are durable. Object names and folders are
/// those of a replica, so that shipping is copying.
/// </summary>
internal sealed class SpoolFolder(MetadataFolder folder, SpoolQueue queue, IFileSystem files)
{
    private const string TemporarySuffix = ".tmp";

    private readonly StateJournal _journal = new(folder, files);

    /// <summary>The durable state; null while there is no generation.</summary>
    public SpoolState? State => _journal.State;

    /// <summary>What the database's pages hold at <see cref="State"/>; null while that is not known.</summary>
    public PageMap? Pages => _journal.Pages;

    /// <summary>Reads state and objects after a start. Removes what was never completed, and segments beyond the state: they
    /// did not leave this machine, and their frames are captured again.</summary>
    public void Load()
    {
        _journal.Load();
        var generations = files.List(folder.PathOf(ObjectKey.Generations))
            .Where(e => e.IsDirectory && GenerationId.TryParse(e.Name, out _))
            .OrderBy(e => e.Name == State?.Generation).ThenBy(e => e.ModifiedAt);
        foreach (var entry in generations) LoadGeneration(GenerationId.Parse(entry.Name));
    }

    /// <summary>Begins a generation: from now on the state belongs to it.</summary>
    public void Begin(SpoolState state)
    {
        folder.EnsureThere(); // else it would be made again here, without its lock
        DeleteUncounted();
        var generation = GenerationId.Parse(state.Generation);
        files.CreateDirectory(folder.PathOf(ObjectKey.Snapshots(generation)), DirectoryMode);
        files.CreateDirectory(folder.PathOf(ObjectKey.Wal(generation)), DirectoryMode);
        files.FlushDirectory(folder.PathOf(ObjectKey.Generation(generation)));
        files.FlushDirectory(folder.PathOf(ObjectKey.Generations));
        _journal.Begin(state);
    }

    /// <summary>What got a name before a state that could not be written counts it is not to be found by a start that has another generation's
    /// state: it may not follow on what was counted instead.</summary>
    private void DeleteUncounted()
    {
        if (State is null) return;
        _journal.Settle();
        var wal = folder.PathOf(ObjectKey.Wal(GenerationId.Parse(State.Generation)));
        var isChanged = false;
        foreach (var file in files.List(wal))
        {
            if (!ObjectKey.TryParseSegment(file.Name, out var start) || start < State.Head.Position) continue;
            files.Delete(Path.Combine(wal, file.Name));
            isChanged = true;
        }

        if (isChanged) files.FlushDirectory(wal);
    }

    /// <summary>Whether somebody has removed the folder that a generation's segments go to.</summary>
    public bool IsRemoved(GenerationId generation)
    {
        try
        {
            return files.Find(folder.PathOf(ObjectKey.Wal(generation))) is null;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return false; // what can't be seen is not known to be gone; whoever writes there next is told
        }
    }

    /// <summary>Makes the folder again where somebody has removed it, and forgets the state: only a new generation is safe then. See <see cref="MetadataFolder.TryMakeAgain"/>.</summary>
    /// <returns>False if it was not removed.</returns>
    public bool TryMakeAgain()
    {
        if (!folder.TryMakeAgain()) return false;
        _journal.Forget();
        return true;
    }

    /// <summary>Prepares the next segment.</summary>
    public SegmentWriter CreateSegment(GenerationId generation, StreamHead start) =>
        CreateSegment(ObjectKey.Segment(generation, start.Position), start);

    /// <summary>Makes segments durable, then the state that counts them, then offers them to the replicas.</summary>
    /// <param name="stream">The segments; may be empty when only the state is another one.</param>
    /// <param name="state">The state with them.</param>
    public void Commit(WalStreamWriter stream, SpoolState state)
    {
        // a state that may be on the disk without our knowing may count a segment of the same name
        _journal.Settle();
        var generation = GenerationId.Parse(state.Generation);
        var contents = new List<SpooledObject>();
        foreach (var segment in stream.Segments.Where(s => !s.IsEmpty))
        {
            var content = new SpooledObject(
                generation, IsSnapshot: false, segment.Start.Position, segment.Head.Position, segment.Complete(), state.LastTime);
            Publish(segment.TemporaryPath, content);
            contents.Add(content);
        }

        _journal.Append(state, stream.Changes);
        contents.ForEach(queue.Add);
    }

    /// <summary>Takes what all pages held at an earlier commit of the present generation.</summary>
    public void Adopt(PageMap pages) => _journal.Adopt(pages);

    /// <summary>Opens the temporary file of a snapshot.</summary>
    public IFile CreateSnapshot(GenerationId generation, int index) =>
        files.Open(SnapshotTemporaryPath(generation, index), FileOpenMode.Create, folder.FileMode);

    /// <summary>Gives a snapshot, flushed and closed, its name and offers it to the replicas, in the place of older ones that
    /// nobody waits for: so a replica that is away does not pile them up.</summary>
    public void CommitSnapshot(SpooledObject content)
    {
        Publish(SnapshotTemporaryPath(content.Generation, content.Start.Index), content);
        queue.Add(content);
        Delete(queue.Supersede(content));
    }

    /// <summary>Deletes a snapshot that did not get its name.</summary>
    public void AbandonSnapshot(GenerationId generation, int index)
    {
        try
        {
            files.Delete(SnapshotTemporaryPath(generation, index));
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // what led here is told; the next start deletes it
        }
    }

    /// <summary>Opens an object for shipping.</summary>
    public Stream OpenRead(SpooledObject content) =>
        new FileSystemStream(files.Open(folder.PathOf(content.Key), FileOpenMode.Read));

    /// <summary>Notes that a replica holds an object; deletes what all hold.</summary>
    public void Confirm(int replica, SpooledObject content) => Delete(queue.Confirm(replica, content));

    /// <summary>Gives up a former generation for one replica, which holds no snapshot of it or something else.</summary>
    public void Abandon(int replica, GenerationId generation) => Delete(queue.Abandon(replica, generation));

    /// <summary>Gives up a replica: what only it still waits for is deleted.</summary>
    public void GiveUp(int replica) => Delete(queue.GiveUp(replica));

    /// <summary>Gives up all generations: what was not shipped is deleted.</summary>
    public void DropAll()
    {
        var generations = queue.Generations.ToHashSet();
        if (State is { } state) generations.Add(GenerationId.Parse(state.Generation));
        foreach (var generation in generations) Drop(generation);
    }

    /// <summary>Gives up a generation: what was not shipped is deleted.</summary>
    public void Drop(GenerationId generation)
    {
        if (State?.Generation == generation.ToString())
        {
            _journal.Delete();
        }

        Delete(queue.Remove(generation));
        files.DeleteDirectory(folder.PathOf(ObjectKey.Generation(generation)));
    }

    private SegmentWriter CreateSegment(string key, StreamHead start) => new(files, folder.PathOf(key) + TemporarySuffix, key, folder.FileMode, start);

    private UnixFileMode? DirectoryMode => files.GetUnixMode(folder.Root);

    private string SnapshotTemporaryPath(GenerationId generation, int index) =>
        folder.PathOf(ObjectKey.Snapshot(generation, index)) + TemporarySuffix;

    /// <summary>The content was flushed under its temporary name, so a name that is found has its content behind it; then the
    /// name itself is flushed.</summary>
    private void Publish(string temporaryPath, SpooledObject content)
    {
        var path = folder.PathOf(content.Key);
        files.SetModifiedTime(temporaryPath, content.Time);
        files.Rename(temporaryPath, path, overwrite: true);
        files.FlushDirectory(Path.GetDirectoryName(path)!);
    }

    private void Delete(IEnumerable<SpooledObject> gone)
    {
        foreach (var content in gone) files.Delete(folder.PathOf(content.Key));
    }

    private void LoadGeneration(GenerationId generation)
    {
        var found = new List<SpooledObject>();
        foreach (var file in Complete(ObjectKey.Snapshots(generation)))
            if (ObjectKey.TryParseSnapshot(file.Name, out var index))
                found.Add(new(generation, IsSnapshot: true, new(index, 0), new(index, 0), file.Length, file.ModifiedAt));

        // From the end to the start, because a segment ends where the next one starts. Where the last one of a former generation
        // ends is not known without reading it, and nobody needs to know.
        var end = State?.Generation == generation.ToString() ? State.Head.Position : (Position?)null;
        foreach (var file in Complete(ObjectKey.Wal(generation)).Reverse())
        {
            if (!ObjectKey.TryParseSegment(file.Name, out var start)) continue;
            if (start >= end)
            {
                files.Delete(folder.PathOf(ObjectKey.Segment(generation, start)));
                continue;
            }

            found.Add(new(generation, IsSnapshot: false, start, end ?? start, file.Length, file.ModifiedAt));
            end = start;
        }

        if (found.Count == 0 && State?.Generation != generation.ToString())
            files.DeleteDirectory(folder.PathOf(ObjectKey.Generation(generation)));
        foreach (var content in found.OrderBy(o => o.Start).ThenBy(o => !o.IsSnapshot)) queue.Add(content);
    }

    private IEnumerable<FileEntry> Complete(string key)
    {
        var directory = folder.PathOf(key);
        var entries = files.List(directory);
        foreach (var entry in entries.Where(e => e.Name.EndsWith(TemporarySuffix, StringComparison.Ordinal)))
            files.Delete(Path.Combine(directory, entry.Name));
        return entries.Where(e => !e.IsDirectory && !e.Name.EndsWith(TemporarySuffix, StringComparison.Ordinal));
    }
}
