using System.Buffers.Binary;
using Litestream.Engine.Drills;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Formats;

namespace Litestream.Fuzz.Targets;

/// <summary>The list of unused pages of a database.</summary>
internal sealed class FreeListTarget : IFuzzTarget
{
    public string Name => "free-list";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            var database = WalSeeds.Snapshot(4);
            Write(database, 32, 2); // the first trunk
            Write(database, 36, 3); // unused pages
            Write(database, 512, 3); // the next trunk
            Write(database, 516, 1); // its leaves
            Write(database, 520, 4);
            yield return database;
        }
    }

    public IReadOnlyList<byte[]> Dictionary => [[0, 0, 0, 2], [0, 0, 0, 3], [0xff, 0xff, 0xff, 0xff]];

    public void Run(byte[] input)
    {
        using var file = new MemoryFile(input);
        _ = FreeList.Count(file);
        _ = FreeList.ReadLeaves(file, WalParts.PageSize);
    }

    private static void Write(byte[] database, int offset, int value) => BinaryPrimitives.WriteInt32BigEndian(database.AsSpan(offset), value);
}
