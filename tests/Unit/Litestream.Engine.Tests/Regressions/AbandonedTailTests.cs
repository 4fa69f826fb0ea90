using System.Runtime.CompilerServices;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>At a start the replica is asked before the present generation is known. A volume that is mounted a moment
/// later shows nothing, so what waits in the spool is given up: deleted, without an event.</summary>
public sealed class AbandonedTailTests
{
    [Fact]
    public async Task What_waits_in_the_spool_survives_a_replica_that_shows_nothing_for_a_moment()
    {
        using var database = new TestDatabase();
        var client = new FlakyReplicaClient(RunningReplication.Folder(database["replica"]));
        byte[] image;
        Litestream.Engine.Format.GenerationId generation;
        await using (var first = RunningReplication.Start(
            database.Path, [client], o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(300) }))
        {
            database.App.Insert();
            await first.SyncAsync();
            client.IsDown = true;
            for (var commit = 0; commit < 3; commit++)
            {
                database.App.Insert();
                await first.UntilAsync(() => first.Status.Replicas[0].LagBytes > commit * 4000, "it is cut");
            }

            image = database.App.Image();
            generation = first.Generation;
            await Record.ExceptionAsync(first.StopAsync); // "what is missing waits in the metadata folder and is shipped at the next start"
        }

        var late = new LateMount(RunningReplication.Folder(database["replica"]));
        await using var second = RunningReplication.Start(database.Path, [late]);
        await second.SyncAsync();
        Assert.Equal(image, await RunningReplication.RestoreAsync(database, request: new RestoreRequest { Generation = generation }));
    }

    private sealed class LateMount(IReplicaClient inner) : IReplicaClient
    {
        private int _unmounted = 2; // snapshots and segments of one look

        public string Url => inner.Url;

        public bool CostsPerRequest => false;

        public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            if (Interlocked.Decrement(ref _unmounted) >= 0) yield break;
            await foreach (var item in inner.ListObjectsAsync(prefix, cancellationToken)) yield return item;
        }

        public IAsyncEnumerable<string> ListFoldersAsync(string prefix, CancellationToken cancellationToken) =>
            inner.ListFoldersAsync(prefix, cancellationToken);

        public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(key, cancellationToken);

        public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
            inner.PutAsync(key, content, time, cancellationToken);

        public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => inner.GetVersionedAsync(key, cancellationToken);

        public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken) =>
            inner.TryPutVersionedAsync(key, content, version, cancellationToken);

        public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => inner.ConfirmAsync(prefix, cancellationToken);

        public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => inner.DeleteAsync(keys, cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
