using Litestream.Engine.Spool;
using Xunit;

namespace Litestream.Engine.Tests.Spool;

public sealed class PageMapTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Changes_that_are_summed_up_do_what_each_of_them_does(int seed)
    {
        var random = new Random(seed);
        PageMap one = new(), other = new();
        for (var page = 0u; page < 5000; page++) Add(one, other, page);
        for (var round = 0; round < 20; round++)
        {
            var sum = new PageChanges();
            for (var commit = random.Next(1, 6); commit > 0; commit--)
            {
                var changes = Draw(random);
                one.Apply(changes);
                sum.Add(changes);
            }

            other.Apply(sum);
            Assert.Equal(one.Count, other.Count);
            for (var page = 1u; page <= one.Count; page++)
                // a sum may know less, never something else
                Assert.True(other[page] == 0 || other[page] == one[page], $"page {page}");
        }
    }

    [Fact]
    public void Pages_that_were_cut_off_and_came_back_without_a_frame_are_not_known()
    {
        var map = new PageMap();
        for (var page = 1u; page <= 9000; page++) map.Add(page);
        var changes = new PageChanges();
        changes.Set(1, 77);
        changes.SetCount(4097);
        changes.Set(4500, 78);
        changes.SetCount(9000);
        map.Apply(changes);
        Assert.Equal(9000u, map.Count);
        Assert.Equal((77, 4097, 0, 78, 0), ((int)map[1], (int)map[4097], (int)map[4098], (int)map[4500], (int)map[9000]));
    }

    [Fact]
    public void A_page_beyond_the_size_of_its_own_commit_does_not_count()
    {
        var map = new PageMap();
        map.Add(1);
        var changes = new PageChanges();
        changes.Set(9, 5);
        changes.Set(1, 6);
        changes.SetCount(3);
        map.Apply(changes);
        Assert.Equal((3u, 6, 0), (map.Count, (int)map[1], (int)map[3]));
    }

    [Fact]
    public void The_map_of_a_small_database_is_small()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var map = new PageMap(2);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 1000);
        map[2] = 7;
        for (var page = 3u; page <= 9000; page++) map.Add(page);
        Assert.Equal((9000u, 7, 3, 9000), (map.Count, (int)map[2], (int)map[3], (int)map[9000]));
        Assert.Equal(9000 * PageDigest.Size, map.ToBytes().Sum(p => p.Length));
    }

    [Fact]
    public void No_changes_change_nothing()
    {
        var map = new PageMap();
        map.Add(4);
        map.Apply(new());
        Assert.Equal((1u, 4), (map.Count, (int)map[1]));
    }

    private static void Add(PageMap one, PageMap other, uint page)
    {
        one.Add(page + 1);
        other.Add(page + 1);
    }

    private static PageChanges Draw(Random random)
    {
        var changes = new PageChanges();
        for (var transaction = random.Next(1, 4); transaction > 0; transaction--)
        {
            var size = (uint)random.Next(1, 10_000);
            for (var frame = random.Next(0, 30); frame > 0; frame--)
                changes.Set((uint)random.Next(1, (int)size + 1), (UInt128)random.Next(1, int.MaxValue));
            changes.Set(1, (UInt128)random.Next(1, int.MaxValue));
            changes.SetCount(size);
        }

        return changes;
    }
}
