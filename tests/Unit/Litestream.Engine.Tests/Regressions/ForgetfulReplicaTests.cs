using System.Runtime.CompilerServices;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A replica that takes everything and shows nothing (a drop box, a mover that empties the folder, a listing
/// right that is missing and answered with nothing) makes the other replicas get one whole snapshot after the other, without a pause.</summary>
public sealed class ForgetfulReplicaTests
{
    [Fact]
    public async Task A_replica_that_shows_nothing_does_not_flood_the_others_with_generations()
    {
        using var database = new TestDatabase();
        database.App.Insert(100, 3000);
        await using var replication = RunningReplication.Start(database.Path, [RunningReplication.Folder(database["replica"]), new Forgetful()],
            o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) });
        var sync = replication.SyncAsync();
        await Task.Delay(TimeSpan.FromSeconds(5));
        var generations = replication.Count(ReplicationEventKind.GenerationStarted);
        Assert.True(generations <= 5, $"{generations} generations in 5 s");
        _ = sync.ContinueWith(_ => { }, TaskScheduler.Default);
    }

    private sealed class Forgetful : IReplicaClient
    {
        private VersionedObject? _lease;

        public string Url => "forgetful";

        public bool CostsPerRequest => false;

        public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public async IAsyncEnumerable<string> ListFoldersAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.CompletedTask;
            yield break;
        }

        public Task<Stream> GetAsync(string key, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken) => Task.FromResult(_lease);

        public Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
        {
            _lease = new(content, "1");
            return Task.FromResult(true);
        }

        public Task ConfirmAsync(string prefix, CancellationToken cancellationToken) => Task.CompletedTask;

        public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken) => Task.CompletedTask;

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
