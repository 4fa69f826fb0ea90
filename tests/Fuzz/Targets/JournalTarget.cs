using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Litestream.Engine.Capture;
using Litestream.Engine.Spool;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>The state journal of a metadata folder: loaded, and written again.</summary>
internal sealed class JournalTarget : IFuzzTarget
{
    private const int MagicSize = 16;

    private static readonly SpoolState s_state = new("0123456789abcdef", new(new(1, 568), 512, 1, 2, new(3, 4), 1), new(5, 6, 1, new(7, 8), 9, true), new(1, 2, 3), "boot", DateTimeOffset.UnixEpoch);

    public string Name => "journal";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            yield return Journal(journal => journal.Begin(s_state));
            yield return Journal(journal =>
            {
                journal.Begin(s_state);
                journal.Append(s_state with { Head = s_state.Head with { Position = new(1, 1104) } }, Changes(3, 2, 3));
                journal.Adopt(new(2));
                journal.Append(s_state with { Stamp = new SourceStamp(1024, DateTimeOffset.UnixEpoch) }, Changes(2, 1));
            });
        }
    }

    public IReadOnlyList<byte[]> Dictionary => [.. new[] { "\"Generation\":", "null", "\"Version\":2", "\"Head\":{", "\"Position\":{\"Index\":-1,\"Offset\":-1}", "\"PageSize\":0", "-1", "{}", "\"\\ud800\"" }.Select(Encoding.UTF8.GetBytes)];

    public void Run(byte[] input)
    {
        var files = new MemoryFiles();
        using var folder = MetadataFolder.Look("/meta");
        files.With(folder.StatePath, input);
        var journal = new StateJournal(folder, files);
        journal.Load();
        if (journal.State is not { } state) return;
        _ = state.Head.NextIndex();
        journal.Append(state, Changes(1, 1));
        var again = new StateJournal(folder, files);
        again.Load();
        UnexpectedResultException.ThrowUnless(again.State == state && again.Pages?.Count == journal.Pages?.Count, "What was written is not what is read.");
    }

    /// <summary>Gives each record its length and its hash, as far as records can be told apart.</summary>
    public byte[] Repair(byte[] input)
    {
        if (input.Length < MagicSize) return input;
        var repaired = (byte[])input.Clone();
        "litestream-ps 2\n"u8.CopyTo(repaired);
        var chain = repaired[..MagicSize];
        for (var rest = repaired.AsSpan(MagicSize); rest.Length > sizeof(int) + SHA256.HashSizeInBytes;)
        {
            var most = rest.Length - sizeof(int) - SHA256.HashSizeInBytes;
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            if (length <= 0 || length > most) BinaryPrimitives.WriteInt32LittleEndian(rest, length = most);
            RepairLengths(rest.Slice(sizeof(int), length));
            var content = rest[..(sizeof(int) + length)];
            chain = SHA256.HashData([.. chain, .. content]);
            chain.CopyTo(rest[content.Length..]);
            rest = rest[(content.Length + chain.Length)..];
        }

        return repaired;
    }

    /// <summary>The state's length is what its digests leave.</summary>
    private static void RepairLengths(Span<byte> record)
    {
        if (record.Length < 17) return;
        record[0] = (byte)(1 + (record[0] & 1));
        var size = record[0] == 1 ? 16 : 20;
        var digests = BinaryPrimitives.ReadUInt32LittleEndian(record[13..]);
        if (digests * (long)size > record.Length - 17) BinaryPrimitives.WriteUInt32LittleEndian(record[13..], digests = 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[1..], (uint)(record.Length - 17 - digests * size));
    }

    private static PageChanges Changes(uint count, params uint[] pages)
    {
        var changes = new PageChanges();
        foreach (var page in pages) changes.Set(page, page);
        changes.SetCount(count);
        return changes;
    }

    private static byte[] Journal(Action<StateJournal> write)
    {
        var files = new MemoryFiles();
        using var folder = MetadataFolder.Look("/meta");
        write(new(folder, files));
        using var file = files.Open(folder.StatePath, Engine.Files.FileOpenMode.Read);
        var bytes = new byte[file.Length];
        _ = file.Read(bytes, 0);
        return bytes;
    }
}
