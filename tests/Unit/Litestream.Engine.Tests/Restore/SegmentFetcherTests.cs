using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class SegmentFetcherTests
{
    /// <summary>That of the caller, and that of who reads on.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_token_ends_the_reading(bool? isOfCaller)
    {
        var replica = new ReplicaBuilder().Snapshot(0).Wal(0);
        for (byte i = 0; i < 5; i++) replica.Commit(i, 3, 1).Segment();
        var generation = await new ReplicaCatalog(replica.Client).ListGenerationsAsync(default).SingleAsync();
        using var caller = new CancellationTokenSource();
        using var reader = new CancellationTokenSource();
        var read = new List<string>();

        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var (segment, _) in new SegmentFetcher(replica.Client, 1).ReadAsync(generation.Segments, caller.Token).WithCancellation(reader.Token))
            {
                read.Add(segment.Key);
                if (isOfCaller is { } its) await (its ? caller : reader).CancelAsync();
            }
        });

        Assert.Equal(isOfCaller is not null, error is OperationCanceledException);
        Assert.Equal(generation.Segments.Take(isOfCaller is null ? 5 : 1).Select(s => s.Key), read);
    }
}
