using Litestream.Engine;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Sqlite;

namespace Litestream.Stress.Restores;

/// <summary>Where the commits of a generation end, read from its segments by themselves.</summary>
internal static class CommitBoundaries
{
    /// <summary>Reads all segments of a generation.</summary>
    /// <param name="replica">The replica's folder.</param>
    /// <param name="generation">The generation.</param>
    /// <returns>The end of each commit, in order.</returns>
    public static async Task<IReadOnlyList<Position>> ReadAsync(string replica, GenerationInfo generation)
    {
        await using var client = ReplicaClients.Open(replica, Environment.CurrentDirectory, new EngineEnvironment());
        var ends = new List<Position>();
        var header = default(WalHeader);
        foreach (var segment in generation.Segments)
        {
            await using var content = await DecodedObjectStream.OpenAsync(client, segment.Key, CancellationToken.None);
            var offset = segment.Start.Offset;
            if (offset == 0)
            {
                var bytes = new byte[WalHeader.Size];
                await content.ReadExactlyAsync(bytes);
                if (!WalHeader.TryParse(bytes, out header, out _)) throw new RunFailedException($"{segment.Key} has no WAL header.");
                offset = WalHeader.Size;
            }

            var frame = new byte[header.FrameSize];
            while (await content.ReadAtLeastAsync(frame, frame.Length, throwOnEndOfStream: false) == frame.Length)
            {
                offset += frame.Length;
                if (WalFrameHeader.Read(frame).IsCommit) ends.Add(new(segment.Start.Index, offset));
            }
        }

        return ends;
    }
}
