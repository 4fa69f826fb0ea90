using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

/// <summary>A store whose listings show when objects were stored, long after they were made: after an outage, or all at once by a copy.</summary>
public sealed class ObjectTimesTests
{
    private static readonly DateTimeOffset s_stored = ReplicaBuilder.At(1000);

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(1.0, 1)]
    [InlineData(7.5, 7)]
    [InlineData(30.0, 30)]
    [InlineData(2000.0, 30)]
    public async Task A_restore_to_a_time_goes_by_the_times_that_objects_were_given(double minute, int segments)
    {
        var builder = new ReplicaBuilder().Snapshot(0, minute: 0).Wal(0);
        for (var i = 1; i <= 30; i++) builder.Commit((byte)i, 3, 1).Segment(minute: i);
        var replica = new LateListing(builder.Client);
        var plan = await new RestorePlanner(replica).PlanAsync(new() { Timestamp = ReplicaBuilder.At(minute) }, default);
        Assert.Equal(segments, plan.Segments.Count);
        Assert.Empty(plan.Warnings);
        Assert.True(replica.Asked <= 7, $"{replica.Asked} objects were asked for their time");
    }

    [Fact]
    public async Task The_latest_generation_is_that_whose_last_object_was_made_last()
    {
        var client = new MemoryReplicaClient();
        new ReplicaBuilder(generation: "0000000000000001") { Client = client }.Snapshot(0, minute: 5);
        new ReplicaBuilder(generation: "0000000000000002") { Client = client }.Snapshot(0, minute: 6);
        new ReplicaBuilder(generation: "0000000000000003") { Client = client }.Snapshot(0, minute: 4);
        var plan = await new RestorePlanner(new LateListing(client)).PlanAsync(new(), default);
        Assert.Equal(GenerationId.Parse("0000000000000002"), plan.Snapshot.Generation);
    }

    /// <summary>Of what Litestream has stored there is no time but that of the listing.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_window_is_told_by_the_times_that_objects_were_given(bool areTold)
    {
        var builder = new ReplicaBuilder().Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(minute: 1).Commit(3, 3, 2).Segment(minute: 2);
        var replica = new LateListing(builder.Client) { AreTold = areTold };
        var window = Assert.Single(await FindWindows(replica).ToListAsync());
        Assert.Equal(areTold ? (ReplicaBuilder.At(0), ReplicaBuilder.At(2)) : (s_stored, s_stored), (window.From, window.To));
    }

    [Fact]
    public async Task Who_wants_the_first_window_alone_asks_for_no_times_of_another()
    {
        // index 1 is missing
        var builder = new ReplicaBuilder().Snapshot(0, minute: 0).Wal(0).Commit(2, 3, 1).Segment(minute: 1)
            .Snapshot(2, minute: 3).Wal(2).Commit(3, 3, 2).Segment(minute: 4);
        var (first, all) = (new LateListing(builder.Client), new LateListing(builder.Client));
        Assert.Equal(ReplicaBuilder.At(1), (await FindWindows(first).FirstAsync()).To);
        Assert.Equal(2, await FindWindows(all).CountAsync());
        Assert.True(first.Asked < all.Asked, $"{first.Asked} of {all.Asked}");
    }

    /// <summary>That of the caller, and that of who reads on.</summary>
    [Theory]
    [InlineData(null)]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Either_token_ends_the_search_for_windows(bool? isOfCaller)
    {
        // index 1 is missing
        var builder = new ReplicaBuilder().Snapshot(0).Wal(0).Commit(2, 3, 1).Segment().Snapshot(2).Wal(2).Commit(3, 3, 2).Segment();
        var replica = new LateListing(builder.Client);
        var generation = await new ReplicaCatalog(replica).ListGenerationsAsync(default).SingleAsync();
        using var caller = new CancellationTokenSource();
        using var reader = new CancellationTokenSource();
        var windows = 0;

        var error = await Record.ExceptionAsync(async () =>
        {
            await foreach (var _ in new RestoreWindowFinder(replica).FindAsync(generation, [], caller.Token).WithCancellation(reader.Token))
            {
                windows++;
                if (isOfCaller is { } its) await (its ? caller : reader).CancelAsync();
            }
        });

        Assert.Equal(isOfCaller is not null, error is OperationCanceledException);
        Assert.Equal(isOfCaller is null ? 2 : 1, windows);
    }

    private static async IAsyncEnumerable<RestoreWindow> FindWindows(IReplicaClient replica)
    {
        var generation = await new ReplicaCatalog(replica).ListGenerationsAsync(default).SingleAsync();
        await foreach (var window in new RestoreWindowFinder(replica).FindAsync(generation, [], default)) yield return window;
    }

    /// <summary>Lists everything as stored at one moment.</summary>
    private sealed class LateListing(MemoryReplicaClient inner) : IReplicaClient
    {
        public int Asked { get; private set; }

        /// <summary>Whether it tells the time that an object was given.</summary>
        public bool AreTold { get; init; } = true;

        public string Url => inner.Url;

        public bool CostsPerRequest => true;

        public bool HidesTimes => true;

        public IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, CancellationToken cancellationToken) =>
            inner.ListObjectsAsync(prefix, cancellationToken).Select(o => o with { Time = s_stored });

        public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) => inner.ListFoldersAsync(prefix, cancellationToken);

        public async Task<DateTimeOffset?> GetTimeAsync(string key, CancellationToken cancellationToken)
        {
            Asked++;
            if (!AreTold) return null;
            return (await inner.ListObjectsAsync(key[..(key.LastIndexOf('/') + 1)], cancellationToken).FirstOrDefaultAsync(o => o.Key == key, cancellationToken))?.Time;
        }

        public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
            inner.PutAsync(key, content, time, cancellationToken);

        public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => inner.GetVersionedAsync(key, cancellationToken);

        public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
            inner.TryPutVersionedAsync(key, content, version, cancellationToken);

        public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => inner.DeleteAsync(keys, cancellationToken);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
