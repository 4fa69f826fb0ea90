using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replicas;

public sealed class PatientReplicaClientTests
{
    private readonly TaskCompletionSource _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task One_that_its_caller_cancelled_is_waited_for()
    {
        await using var patient = Create(TimeSpan.FromMinutes(1));
        using var stop = new CancellationTokenSource();
        var listing = patient.ListObjectsAsync(string.Empty, stop.Token).ToListAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing);

        var next = patient.GetVersionedAsync("a", default);

        Assert.False(next.IsCompleted);
        _answer.SetResult();
        Assert.Null(await next);
    }

    [Fact]
    public async Task The_wait_for_one_that_was_cancelled_ends_too()
    {
        await using var patient = Create(TimeSpan.FromMilliseconds(500));
        using var stop = new CancellationTokenSource();
        var listing = patient.ListObjectsAsync(string.Empty, stop.Token).ToListAsync().AsTask();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listing);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => patient.GetVersionedAsync("a", stop.Token));
        var late = await Assert.ThrowsAsync<LitestreamException>(() => patient.GetVersionedAsync("a", default));
        var again = await Assert.ThrowsAsync<LitestreamException>(() => patient.GetVersionedAsync("a", default));

        Assert.Contains("for 0.5 s", late.Message, StringComparison.Ordinal);
        Assert.Contains("since the last try", again.Message, StringComparison.Ordinal);
        _answer.SetResult();
    }

    private PatientReplicaClient Create(TimeSpan limit) => new(
        new HookedReplicaClient(new MemoryReplicaClient())
        {
            Lists = async (_, found) =>
            {
                await _answer.Task;
                return found;
            },
        }, limit, TimeProvider.System);
}
