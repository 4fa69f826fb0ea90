using Litestream.Engine.Sqlite;
using Litestream.Fuzz.Formats;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>Headers of WALs and of frames: what is read of them is what was written.</summary>
internal sealed class WalHeaderTarget : IFuzzTarget
{
    public string Name => "wal-header";

    public IEnumerable<byte[]> Seeds => [WalSeeds.Wal(3, (1, 1))];

    public int MaxLength => 128;

    public void Run(byte[] input)
    {
        if (WalHeader.TryParse(input, out var header, out var checksum))
        {
            var again = new byte[WalHeader.Size];
            UnexpectedResultException.ThrowUnless(header.Write(again) == checksum && input.AsSpan().StartsWith(again), "The header is not what it was read from.");
        }

        if (input.Length < WalIndexSnapshot.Size) return;
        _ = WalIndexSnapshot.Read(input);
        var frame = new byte[WalFrameHeader.Size];
        WalFrameHeader.Read(input).Write(frame);
        UnexpectedResultException.ThrowUnless(input.AsSpan().StartsWith(frame), "The frame's header is not what it was read from.");
    }

    public byte[] Repair(byte[] input)
    {
        if (input.Length < WalHeader.Size) return input;
        var repaired = (byte[])input.Clone();
        new WalHeader(512 << (input[8] & 7), BitConverter.ToUInt32(input, 12), BitConverter.ToUInt32(input, 16), BitConverter.ToUInt32(input, 20), (input[3] & 1) != 0).Write(repaired);
        return repaired;
    }
}
