using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Litestream.Engine.Restore;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Fakes;
using static Litestream.Engine.Tests.DamageTable.DamagedReplica;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>The damages of the replica format 5.3 and 5.4. Restored is the latest state, from the snapshot of index 2.</summary>
internal static class DamageCases
{
    private static readonly Expectation s_whole = new();

    public static IEnumerable<DamageCase> All => [.. Missing, .. Wrong, .. Misplaced, .. Snapshots, .. Beside, .. Harmless];

    private static IEnumerable<DamageCase> Missing =>
    [
        new("first segment of an index missing", r =>
        {
            r.Delete(r.Segment(3, 0));
            return Fails(ErrorCode.ObjectMissing, r.Segment(3, 0), r.EndOf(2));
        }),
        new("middle segment of an index missing", r =>
        {
            var middle = r.Index(3)[1].Segment;
            r.Delete(middle.Key);
            return Fails(ErrorCode.ObjectMissing, middle.Key, middle.Start);
        }),
        new("last segment of an inner index missing", r =>
        {
            var last = r.Index(3)[^1].Segment;
            r.Delete(last.Key);
            // 0.3.13 leaves no trace of how long an index was: only SQLite's check sees that 4 does not belong on top of what is left
            return r.Sound.IsLinked
                ? Fails(ErrorCode.ObjectMissing, last.Key, last.Start)
                : Fails(ErrorCode.IntegrityCheckFailed, r.Segment(4, 0), last.Start);
        }),
        new("last segment of all missing", r =>
        {
            // only what our orderly stop has noted tells that from a replica that has not got further
            var last = r.Index(r.LastIndex)[^1].Segment;
            r.Delete(last.Key);
            return EndsAt(r, last.Start.Offset > 0 ? last.Start : r.EndOf(r.LastIndex - 1));
        }),
        new("an index missing", r =>
        {
            r.DeleteIndex(3);
            return Fails(ErrorCode.ObjectMissing, r.Segment(3, 0), r.EndOf(2));
        }),
        new("the last index missing", r =>
        {
            r.DeleteIndex(r.LastIndex);
            return EndsAt(r, r.EndOf(r.LastIndex - 1));
        }),
        new("WAL folder empty", r =>
        {
            Directory.Delete(r.PathOf(ObjectKey.Wal(r.Sound.Generation.Id)), recursive: true);
            Directory.CreateDirectory(r.PathOf(ObjectKey.Wal(r.Sound.Generation.Id)));
            return EndsAt(r, new(2, 0));
        }),
    ];

    private static IEnumerable<DamageCase> Wrong =>
    [
        new("frame checksum wrong, LZ4 intact", r =>
        {
            var middle = r.Index(3)[1].Segment;
            var content = r.Content(middle.Key);
            content[100] ^= 1;
            r.Put(middle.Key, content);
            return Fails(ErrorCode.ChecksumMismatch, middle.Key, middle.Start);
        }),
        new("segment truncated", r => Stored(r, s => s[..(s.Length / 2)], ErrorCode.ObjectCorrupt)),
        new("segment empty", r => Stored(r, _ => [], ErrorCode.ObjectCorrupt)),
        new("segment with a flipped bit", r => Stored(r, s => Flip(s, s.Length - 2), ErrorCode.ObjectCorrupt) with { Reached = r.Index(3)[1].End }),
        new("segment with a second LZ4 frame", r => Stored(r, s => [.. s, .. s], ErrorCode.ObjectCorrupt) with { Reached = r.Index(3)[1].End }),
        new("segment encrypted with age", r => Stored(r, _ => [.. "age-encryption.org/v1\n-> X25519 abc\n"u8], ErrorCode.ObjectEncrypted)),
        new("garbage behind the end of an inner index", r =>
        {
            var last = r.Index(3)[^1];
            r.Put(last.Segment.Key, [.. r.Content(last.Segment.Key), .. new byte[100]]);
            return Fails(ErrorCode.ObjectMissing, r.Segment(3, last.EndOffset + 100), last.End);
        }),
        new("inner index ends inside a transaction", r =>
        {
            var last = r.Index(3)[^1].Segment;
            var content = r.Content(last.Key);
            var end = content.Length - WalFrameHeader.Size - r.PageSize;
            r.Put(last.Key, content[..end]);
            return Fails(ErrorCode.ObjectMissing, r.Segment(3, last.Start.Offset + end), r.LastCommitOf(last.Start, content[..end]));
        }),
    ];

    private static IEnumerable<DamageCase> Misplaced =>
    [
        new("overlapping segment", r =>
        {
            var middle = r.Index(3)[1];
            var extra = r.Segment(3, middle.Segment.Start.Offset + WalFrameHeader.Size + r.PageSize);
            r.Put(extra, r.Content(middle.Segment.Key)[(WalFrameHeader.Size + r.PageSize)..]);
            return Fails(ErrorCode.ObjectCorrupt, extra, middle.End);
        }),
        new("extra segment behind the end of an index", r =>
        {
            var end = r.EndOf(3);
            r.Put(r.Segment(3, end.Offset + 5000), r.Content(r.Index(3)[^1].Segment.Key));
            return Fails(ErrorCode.ObjectMissing, r.Segment(3, end.Offset), end);
        }),
        new("two segments of an index swapped", r =>
        {
            var (a, b) = (r.Index(3)[1].Segment, r.Index(3)[2].Segment);
            r.Swap(a.Key, b.Key);
            return Fails(ErrorCode.ChecksumMismatch, a.Key, a.Start);
        }),
        new("first segments of two indexes swapped", r =>
        {
            r.Swap(r.Segment(3, 0), r.Segment(4, 0));
            // the frames behind it show it in a replica of 0.3.13: salts alone may jump there
            return r.Sound.IsLinked
                ? Fails(ErrorCode.ObjectCorrupt, r.Segment(3, 0), r.EndOf(2))
                : Fails(ErrorCode.ChecksumMismatch, r.Index(3)[1].Segment.Key, r.EndOf(2));
        }),
        new("segment renamed to another offset", r =>
        {
            var middle = r.Index(3)[1].Segment;
            r.Move(middle.Key, r.Segment(3, middle.Start.Offset + WalFrameHeader.Size + r.PageSize));
            return Fails(ErrorCode.ObjectMissing, middle.Key, middle.Start);
        }),
        new("segment of another index in its place", r =>
        {
            var middle = r.Index(3)[1].Segment;
            r.Store(middle.Key, r.Stored(r.Index(2)[1].Segment.Key));
            return Fails(ErrorCode.ChecksumMismatch, middle.Key, middle.Start);
        }),
        new("an index in place of the next one", r =>
        {
            var wal = r.Wal(3);
            r.DeleteIndex(4);
            r.Put(r.Segment(4, 0), wal);
            return Fails(ErrorCode.ObjectCorrupt, r.Segment(4, 0), r.EndOf(3));
        }),
        new("WAL of another page size", r =>
        {
            r.DeleteIndex(4);
            r.Put(r.Segment(4, 0), new WalWriter(1024, r.SaltOf(3) + 1).Take().Bytes);
            return Fails(ErrorCode.ObjectCorrupt, r.Segment(4, 0), r.EndOf(3));
        }),
    ];

    private static IEnumerable<DamageCase> Snapshots =>
    [
        new("snapshot truncated", r => Newest(r, s => s[..(s.Length / 2)])),
        new("snapshot empty", r => Newest(r, _ => [])),
        new("snapshot with a flipped bit", r => Newest(r, s => Flip(s, s.Length - 2))),
        new("snapshot of an older index in its place", r =>
        {
            r.Store(r.NewestSnapshot, r.Stored(r.Snapshot(0)));
            return Exchanged(r);
        }),
        new("two snapshots swapped", r =>
        {
            r.Swap(r.Snapshot(0), r.NewestSnapshot);
            return r.Sound.IsLinked ? new(ErrorCode.ObjectCorrupt, r.NewestSnapshot) { IsTotal = true } : Exchanged(r);
        }),
        new("snapshot of another database in its place", r =>
        {
            r.Put(r.NewestSnapshot, ForeignDatabase(r.PageSize));
            return new(ErrorCode.IntegrityCheckFailed, r.NewestSnapshot) { Warning = RestoreWarningKind.SnapshotSkipped };
        }),
        new("no snapshot", r =>
        {
            r.Delete(r.Snapshot(0));
            r.Delete(r.NewestSnapshot);
            return new(ErrorCode.ObjectMissing, r.Snapshot(0)) { IsTotal = true };
        }),
        new("no snapshot at or before the time", r =>
        {
            var time = r.Sound.Generation.Snapshots[0].CreatedAt.AddSeconds(-1);
            r.Request = new() { Timestamp = time };
            r.OracleOptions = ["-timestamp", RestorePoint.Format(time)];
            return new(ErrorCode.RestorePointNotFound, r.Path) { IsTotal = true };
        }),
        new("snapshot ahead of the WAL by 1", r => Ahead(r, 1)),
        new("snapshot ahead of the WAL by 3", r => Ahead(r, 3)),
    ];

    private static IEnumerable<DamageCase> Beside =>
    [
        new("stale -wal beside the target", r =>
        {
            r.PutBesideTargets("-wal", r.Wal(3));
            return new(ErrorCode.RestoreTargetExists, r.Target + "-wal") { IsTotal = true };
        }),
        new("leftovers of an earlier try", r =>
        {
            foreach (var suffix in (string[])[".tmp", ".tmp-wal", ".tmp-shm", ".restore-00000001"]) r.PutBesideTargets(suffix, new byte[100]);
            return s_whole;
        }),
        new("junk files and folders", r =>
        {
            var generation = ObjectKey.Generation(r.Sound.Generation.Id);
            foreach (var junk in (string[])[
                "wal/00000003_00000000.wal.lz4.tmp", "wal/0000000A_00000000.wal.lz4", "wal/00000003_000000020.wal.lz4", "wal/00000003.wal.lz4",
                "wal/readme.txt", "snapshots/00000009.snapshot.lz4.tmp", "snapshots/9.snapshot.lz4", "wal/00000009_00000000.wal.lz4.d/x",
                "../ABCDEF0123456789/snapshots/00000000.snapshot.lz4", "../tmp/x"])
            {
                Directory.CreateDirectory(Path.GetDirectoryName(r.PathOf(generation + junk))!);
                r.Store(generation + junk, [1, 2, 3]);
            }

            return s_whole;
        }),
    ];

    private static IEnumerable<DamageCase> Harmless =>
    [
        new("(no damage)", _ => s_whole),
        new("header-only index", r =>
        {
            r.Put(r.Segment(r.LastIndex + 1, 0), new WalWriter(r.PageSize, r.SaltOf(r.LastIndex) + 1).Take().Bytes);
            return s_whole;
        }),
        new("index of no bytes", r =>
        {
            r.Put(r.Segment(r.LastIndex + 1, 0), []);
            return s_whole;
        }),
        new("partial frame at the end", r =>
        {
            var last = r.Index(r.LastIndex)[^1].Segment;
            r.Put(last.Key, [.. r.Content(last.Key), .. r.Content(r.Segment(2, 0))[32..600]]);
            return s_whole;
        }),
        new("uncommitted frames at the end", r =>
        {
            r.PutIndex(r.LastIndex + 1, r.Frames(2).Take(1).Select(f => (f.Header with { CommitSize = 0 }, f.Page)), r.SaltOf(r.LastIndex) + 1);
            return s_whole;
        }),
        new("big-endian checksums", r => Rewritten(r, [.. r.Frames(r.LastIndex)], bigEndian: true)),
        new("index squashed to the last version of each page", r => Rewritten(r, Squash(r.Frames(r.LastIndex)))),
        new("all indexes merged into one", r =>
        {
            var indexes = Enumerable.Range(2, r.LastIndex - 1).ToArray();
            var (frames, salt) = (r.Frames(indexes).ToList(), r.SaltOf(2));
            foreach (var index in indexes) r.DeleteIndex(index);
            r.PutIndex(2, frames, salt);
            r.Delete(ReplicaHead.Key);
            return s_whole;
        }),
        new("salts jump", r => Rewritten(r, [.. r.Frames(r.LastIndex)], step: 2) with { Warning = RestoreWarningKind.SaltJump }),
    ];

    private static Expectation Stored(DamagedReplica r, Func<byte[], byte[]> change, ErrorCode code)
    {
        var middle = r.Index(3)[1].Segment;
        r.Store(middle.Key, change(r.Stored(middle.Key)));
        return Fails(code, middle.Key, middle.Start);
    }

    private static Expectation EndsAt(DamagedReplica r, Position end) =>
        new(Reached: end) { Warning = r.Sound.IsLinked ? RestoreWarningKind.EndMissing : null };

    private static Expectation Newest(DamagedReplica r, Func<byte[], byte[]> change)
    {
        r.Store(r.NewestSnapshot, change(r.Stored(r.NewestSnapshot)));
        return Skipped(r, ErrorCode.ObjectCorrupt);
    }

    // its seal tells of ours; of Litestream's, what SQLite finds in the result
    private static Expectation Exchanged(DamagedReplica r) => Skipped(r, ErrorCode.IntegrityCheckFailed);

    // an older one and the WAL lead there too; in Litestream's replicas nothing proves that this loses nothing
    private static Expectation Skipped(DamagedReplica r, ErrorCode code) => r.Sound.IsLinked
        ? new() { Warning = RestoreWarningKind.SnapshotSkipped }
        : new(code, r.NewestSnapshot) { Warning = RestoreWarningKind.SnapshotSkipped };

    private static Expectation Ahead(DamagedReplica r, int step)
    {
        // as retention leaves it when nothing has changed since the newest snapshot
        foreach (var index in Enumerable.Range(3, r.LastIndex - 2)) r.DeleteIndex(index);
        r.Delete(ReplicaHead.Key);
        r.Put(r.Snapshot(2 + step), r.Content(r.NewestSnapshot));
        r.Delete(r.Snapshot(2));
        return new(Reached: new(2, 0));
    }

    private static Expectation Rewritten(
        DamagedReplica r, List<(WalFrameHeader Header, byte[] Page)> frames, bool bigEndian = false, uint step = 1)
    {
        r.DeleteIndex(r.LastIndex);
        r.PutIndex(r.LastIndex, frames, r.SaltOf(r.LastIndex - 1) + step, bigEndian);
        // it may end elsewhere now
        r.Delete(ReplicaHead.Key);
        return s_whole;
    }

    private static List<(WalFrameHeader Header, byte[] Page)> Squash(IEnumerable<(WalFrameHeader Header, byte[] Page)> frames)
    {
        var all = frames.ToList();
        var size = all.FindLast(f => f.Header.IsCommit).Header.CommitSize;
        var last = all.GroupBy(f => f.Header.PageNumber).Select(g => g.Last()).ToList();
        return [.. last.Select((f, i) => (f.Header with { CommitSize = i == last.Count - 1 ? size : 0 }, f.Page))];
    }

    private static byte[] Flip(byte[] bytes, int position)
    {
        bytes[position] ^= 4;
        return bytes;
    }

    private static byte[] ForeignDatabase(int pageSize)
    {
        using var database = new Sqlite.TestDatabase(pageSize);
        database.App.Execute("CREATE TABLE other(a, b UNIQUE); INSERT INTO other VALUES (1, 'x'), (2, 'y')");
        database.App.Execute("PRAGMA wal_checkpoint(TRUNCATE)");
        return database.FileBytes();
    }
}
