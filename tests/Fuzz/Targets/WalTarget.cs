using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Spool;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Formats;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>The WAL, segment by segment, into a database; transactions are put aside.</summary>
internal sealed class WalTarget : IFuzzTarget
{
    private static readonly GenerationId s_generation = GenerationId.Parse("0123456789abcdef");

    public string Name => "wal";

    public IEnumerable<byte[]> Seeds => WalSeeds.Replicas();

    public int MaxLength => 8192;

    public byte[] Repair(byte[] input) => WalParts.Repair(input);

    public void Run(byte[] input)
    {
        using var wal = new WalStreamReader(WalParts.PageSize);
        using var transaction = new TransactionBuffer(new MemoryFiles(), "spill", WalParts.PageSize, capacity: 2 * WalParts.PageSize);
        var file = new MemoryFile();
        var pages = new PageWriter(file, WalParts.PageSize);
        var digests = new FrameDigests();
        foreach (var part in WalParts.Read(input).Where(p => !p.IsSnapshot))
        {
            var end = wal.Position.Index == part.Index ? wal.End.Offset : 0;
            wal.BeginSegment(new(s_generation, new(part.Index, end + 8 * part.Skew), part.Content.Length, default));
            using var content = new MemoryStream(part.Content);
            while (Read(wal, content))
            {
                transaction.Add(wal.Frame.PageNumber, wal.Page);
                if (!wal.Frame.IsCommit) continue;
                transaction.Commit(pages, wal.Frame.CommitSize);
                pages.SetPageCount(wal.Frame.CommitSize);
                UnexpectedResultException.ThrowUnless(wal.LastCommit == wal.Position, "A commit is not the last commit.");
            }

            digests.Compute(0, part.Content, WalParts.PageSize + 24);
            UnexpectedResultException.ThrowUnless(wal.Position <= wal.End && wal.LastCommit <= wal.Position, "Positions are out of order.");
        }
    }

    private static bool Read(WalStreamReader wal, MemoryStream content) => wal.ReadFrameAsync(content, CancellationToken.None).AsTask().GetAwaiter().GetResult();
}
