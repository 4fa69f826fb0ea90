using Litestream.Engine.Replicas;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: a restore whose replica is faster than its target always finds something read ahead, and never saw that it was
/// cancelled.</summary>
public sealed class UnendingRestoreTests
{
    [Fact]
    public async Task What_was_read_ahead_is_not_used_when_that_is_cancelled()
    {
        await using var stream = new ReadAheadStream(new MemoryStream(new byte[1 << 20]));
        var buffer = new byte[1];
        Assert.Equal(1, await stream.ReadAsync(buffer)); // so more of it is there
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stream.ReadExactlyAsync(buffer, new(canceled: true)).AsTask());
    }
}
