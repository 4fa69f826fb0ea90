using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Sqlite;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Microsoft.Data.Sqlite;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>A copy of a sound replica, with the times of its objects, to be damaged.</summary>
internal sealed class DamagedReplica : IDisposable
{
    private readonly TempFolder _folder = new();

    public DamagedReplica(SoundReplica sound)
    {
        Sound = sound;
        foreach (var file in Directory.GetFiles(sound.Path, "*", SearchOption.AllDirectories))
        {
            var target = System.IO.Path.Combine(Path, System.IO.Path.GetRelativePath(sound.Path, file));
            Directory.CreateDirectory(System.IO.Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        Directory.CreateDirectory(_folder["ours"]);
        Directory.CreateDirectory(_folder["oracle"]);
    }

    public SoundReplica Sound { get; }

    public string Path => _folder["replica"];

    /// <summary>Where we restore to; the only file of its folder.</summary>
    public string Target => _folder["ours/app.db"];

    /// <summary>Where Litestream restores to.</summary>
    public string OracleTarget => _folder["oracle/app.db"];

    public RestoreRequest Request { get; set; } = new();

    public string[] OracleOptions { get; set; } = [];

    public string NewestSnapshot => Snapshot(2);

    public string Snapshot(int index) => ObjectKey.Snapshot(Sound.Generation.Id, index);

    public string Segment(int index, long offset) => ObjectKey.Segment(Sound.Generation.Id, new(index, offset));

    /// <summary>The segments of an index from 2 on.</summary>
    public IReadOnlyList<MeasuredSegment> Index(int index) => [.. Sound.Segments.Where(s => s.End.Index == index)];

    public Position EndOf(int index) => Index(index)[^1].End;

    public int LastIndex => Sound.Segments[^1].End.Index;

    public string PathOf(string key) => System.IO.Path.Combine(Path, key);

    public byte[] Stored(string key) => File.ReadAllBytes(PathOf(key));

    /// <summary>Replaces what is stored; the time stays.</summary>
    public void Store(string key, byte[] bytes)
    {
        var path = PathOf(key);
        var time = File.Exists(path) ? File.GetLastWriteTimeUtc(path) : Sound.Generation.UpdatedAt!.Value.UtcDateTime;
        File.WriteAllBytes(path, bytes);
        File.SetLastWriteTimeUtc(path, time);
    }

    public byte[] Content(string key)
    {
        using var content = new MemoryStream();
        using (var decoder = new DecodedObjectStream(new MemoryStream(Stored(key)), key)) decoder.CopyTo(content);
        return content.ToArray();
    }

    public void Put(string key, byte[] content)
    {
        using var frame = new MemoryStream();
        using (var encoder = Lz4Frame.Encode(frame)) encoder.Write(content);
        Store(key, frame.ToArray());
    }

    public void Delete(string key) => File.Delete(PathOf(key));

    public void Move(string from, string to) => File.Move(PathOf(from), PathOf(to), overwrite: true);

    public void Swap(string a, string b)
    {
        var content = Stored(a);
        Store(a, Stored(b));
        Store(b, content);
    }

    /// <summary>Behind the last commit of a segment's content; its start if there is none. A segment of Litestream 0.3 has as many as came in an interval.</summary>
    public Position LastCommitOf(Position start, byte[] content)
    {
        var (frameSize, end) = (WalFrameHeader.Size + PageSize, 0);
        for (var offset = start.Offset == 0 ? WalHeader.Size : 0; offset + frameSize <= content.Length; offset += frameSize)
            if (WalFrameHeader.Read(content.AsSpan(offset)).IsCommit) end = offset + frameSize;
        return start with { Offset = start.Offset + end };
    }

    /// <summary>Both targets find a file beside them.</summary>
    public void PutBesideTargets(string suffix, byte[] content)
    {
        File.WriteAllBytes(Target + suffix, content);
        File.WriteAllBytes(OracleTarget + suffix, content);
    }

    /// <summary>The WAL of an index as one piece.</summary>
    public byte[] Wal(int index) => [.. Index(index).SelectMany(s => Content(s.Segment.Key))];

    public void DeleteIndex(int index)
    {
        foreach (var segment in Index(index)) Delete(segment.Segment.Key);
    }

    /// <summary>The frames of whole indexes.</summary>
    public IEnumerable<(WalFrameHeader Header, byte[] Page)> Frames(params int[] indexes)
    {
        foreach (var wal in indexes.Select(Wal))
        {
            var header = HeaderOf(wal);
            for (var offset = WalHeader.Size; offset < wal.Length; offset += header.FrameSize)
                yield return (WalFrameHeader.Read(wal.AsSpan(offset)), wal[(offset + WalFrameHeader.Size)..(offset + header.FrameSize)]);
        }
    }

    /// <summary>Frames as the WAL of an index, in one segment.</summary>
    public void PutIndex(int index, IEnumerable<(WalFrameHeader Header, byte[] Page)> frames, uint salt1, bool bigEndian = false)
    {
        var list = frames.ToList();
        var wal = new WalWriter(list[0].Page.Length, salt1, 99, bigEndian);
        foreach (var (header, page) in list) wal.Frame(header.PageNumber, page, header.CommitSize);
        Put(Segment(index, 0), wal.Take().Bytes);
    }

    /// <summary>The first salt of an index.</summary>
    public uint SaltOf(int index) => HeaderOf(Content(Segment(index, 0))).Salt1;

    public int PageSize => HeaderOf(Content(Segment(2, 0))).PageSize;

    public async Task<RestoreResult> RestoreAsync(bool allowPartial)
    {
        await using var client = RunningReplication.Folder(Path);
        var plan = await new RestorePlanner(client).PlanAsync(Request with { AllowPartial = allowPartial }, default);
        return await new Restorer(new()).RestoreAsync(client, plan, Target, new(), null, default);
    }

    /// <summary>SQLite's full check of a file, with whatever lies beside it.</summary>
    public static string Check(string database)
    {
        try
        {
            using var connection = new SqliteConnection($"Data Source={database};Pooling=False");
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "PRAGMA integrity_check(1)";
            return (string)command.ExecuteScalar()!;
        }
        catch (SqliteException e)
        {
            return e.Message;
        }
    }

    public void Dispose() => _folder.Dispose();

    private static WalHeader HeaderOf(byte[] wal) =>
        WalHeader.TryParse(wal, out var header, out _) ? header : throw new InvalidDataException("The sound replica has no WAL header there.");

    /// <summary>Makes an expectation of an error.</summary>
    public static Expectation Fails(ErrorCode code, string key, Position reached) => new(code, key, reached);
}
