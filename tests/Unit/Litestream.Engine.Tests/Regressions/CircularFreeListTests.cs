using System.Buffers.Binary;
using Litestream.Engine.Drills;
using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Fuzzing: a list of unused pages that leads back to itself was followed 4 billion times.</summary>
public sealed class CircularFreeListTests
{
    [Fact]
    public async Task A_list_that_leads_back_to_itself_ends()
    {
        using var folder = new TempFolder();
        var database = new byte[2048];
        foreach (var (offset, value) in new[] { (32, 2u), (36, uint.MaxValue), (512, 3u), (516, 1u), (520, 4u), (1024, 2u) })
            BinaryPrimitives.WriteUInt32BigEndian(database.AsSpan(offset), value);
        await File.WriteAllBytesAsync(folder["db"], database);
        using var file = LocalFileSystem.Instance.Open(folder["db"], FileOpenMode.Read);
        var leaves = await Task.Run(() => FreeList.ReadLeaves(file, 512)).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Equal([4u], leaves);
    }
}
