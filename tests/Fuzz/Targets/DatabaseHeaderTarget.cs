using Litestream.Engine.Sqlite;
using Litestream.Fuzz.Formats;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>The header of a database.</summary>
internal sealed class DatabaseHeaderTarget : IFuzzTarget
{
    public string Name => "database-header";

    public IEnumerable<byte[]> Seeds => [WalSeeds.Snapshot(1)[..DatabaseHeader.Size]];

    public IReadOnlyList<byte[]> Dictionary => [[0, 1], [2, 0], [0x10, 0]];

    public int MaxLength => 128;

    public void Run(byte[] input)
    {
        if (!DatabaseHeader.TryParse(input, out var header)) return;
        UnexpectedResultException.ThrowUnless(PageSize.IsValid(header.PageSize) && PageSize.LockPage(header.PageSize) > 0, "The page size is not legal.");
    }

    public byte[] Repair(byte[] input)
    {
        var repaired = (byte[])input.Clone();
        if (input.Length >= DatabaseHeader.Size) "SQLite format 3\0"u8.CopyTo(repaired);
        return repaired;
    }
}
