using Litestream.Engine.Replication;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class FreedMemoryTests
{
    [Fact]
    public void It_is_given_back_where_there_is_any_and_not_all_the_time()
    {
        var time = new FakeTimeProvider();
        var given = 0;
        var memory = new FreedMemory(time, () => given++);
        memory.GiveBack();
        Assert.Equal(0, given);
        memory.Note();
        memory.GiveBack();
        memory.GiveBack();
        Assert.Equal(1, given);
        time.Advance(TimeSpan.FromMinutes(1));
        memory.GiveBack();
        Assert.Equal(1, given);
        memory.Note();
        memory.GiveBack();
        memory.Note();
        memory.GiveBack();
        Assert.Equal(2, given);
        time.Advance(TimeSpan.FromMinutes(1));
        memory.GiveBack();
        Assert.Equal(3, given);
    }
}
