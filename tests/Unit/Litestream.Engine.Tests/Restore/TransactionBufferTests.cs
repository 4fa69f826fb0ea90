using Litestream.Engine.Files;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

public sealed class TransactionBufferTests : IDisposable
{
    private const int PageSize = 512;
    private readonly TempFolder _folder = new();

    private string Spill => _folder["spill"];

    [Fact]
    public void A_small_transaction_takes_little_memory()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        using var buffer = new TransactionBuffer(LocalFileSystem.Instance, Spill, PageSize);
        buffer.Add(1, new byte[PageSize]);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, TransactionBuffer.DefaultCapacity / 10);
    }

    // 4 pages in memory: below, at and above one block and several
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(101)]
    public void Commit_writes_every_page_in_its_last_version(int frames)
    {
        using var file = LocalFileSystem.Instance.Open(_folder["db"], FileOpenMode.CreateNew);
        using (var buffer = new TransactionBuffer(LocalFileSystem.Instance, Spill, PageSize, 4 * PageSize))
        {
            var target = new PageWriter(file, PageSize);
            var expected = new Dictionary<uint, byte[]>();
            var random = new Random(frames);
            for (var transaction = 0; transaction < 5; transaction++)
            {
                for (var i = 0; i < frames; i++)
                {
                    var page = new byte[PageSize];
                    random.NextBytes(page);
                    var number = (uint)random.Next(1, 12);
                    buffer.Add(number, page);
                    expected[number] = page;
                }

                buffer.Commit(target, 12);
                var read = new byte[PageSize];
                foreach (var (number, page) in expected)
                {
                    file.Read(read, (number - 1) * PageSize);
                    Assert.Equal(page, read);
                }
            }

            Assert.Equal(frames > 4, File.Exists(Spill));
        }

        Assert.False(File.Exists(Spill));
    }

    [Fact]
    public void Nothing_is_written_before_the_commit()
    {
        using var file = LocalFileSystem.Instance.Open(_folder["db"], FileOpenMode.CreateNew);
        using var buffer = new TransactionBuffer(LocalFileSystem.Instance, Spill, PageSize, 2 * PageSize);
        for (uint i = 1; i < 50; i++) buffer.Add(i, new byte[PageSize]);
        Assert.Equal(0, file.Length);
        buffer.Discard();
        buffer.Add(1, Enumerable.Repeat((byte)7, PageSize).ToArray());
        buffer.Commit(new(file, PageSize), 1);
        Assert.Equal(PageSize, file.Length);
    }

    public void Dispose() => _folder.Dispose();
}
