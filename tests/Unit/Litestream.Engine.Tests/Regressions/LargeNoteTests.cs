using Litestream.Engine.Files;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: the head and the lease of a replica were read into memory whatever their length.</summary>
[Collection(MeasuredCollection.Name)]
public sealed class LargeNoteTests : IDisposable
{
    private const long Size = 8L << 30;

    private readonly TempFolder _folder = new();
    private readonly FolderReplicaClient _replica;

    public LargeNoteTests() => _replica = new(_folder["replica"], LocalFileSystem.Instance);

    [Theory]
    [InlineData(ReplicaHead.Key)]
    [InlineData(ReplicaLease.Key)]
    public async Task A_note_of_gigabytes_is_none_and_takes_no_memory(string key)
    {
        Directory.CreateDirectory(_folder["replica"]);
        await using (var file = File.Create(Path.Combine(_folder["replica"], key))) file.SetLength(Size); // has holes
        var before = GC.GetTotalAllocatedBytes(precise: true);
        Assert.Null(await ReplicaHead.FindEndAsync(_replica, GenerationId.Parse("0123456789abcdef"), default));
        if (key == ReplicaLease.Key) Assert.Null(LeaseHolder.Parse((await _replica.GetVersionedAsync(key, default))!.Content.Span));
        Assert.True(GC.GetTotalAllocatedBytes(precise: true) - before < 64L << 20, "it was read into memory");
    }

    public void Dispose() => _folder.Dispose();
}
