using Litestream.Engine.Errors;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A stop of a database that is not open waits for a place among the open ones. Where all belong to busy databases it waited without end, whatever
/// time it was given.</summary>
public sealed class UnendingStopTests
{
    [Fact]
    public async Task A_stop_for_which_no_place_becomes_free_ends_with_an_error()
    {
        var places = new OpenPlaces(600);
        var held = new List<IDisposable>();
        for (var place = 0; place < OpenPlaces.Least; place++) held.Add(await places.EnterAsync(default));
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, o => o with { ShutdownTimeout = TimeSpan.FromMilliseconds(100) }, new() { Places = places });
        await replication.UntilAsync(() => places.AreScarce, "it waits");

        var error = await Record.ExceptionAsync(replication.StopAsync);

        held.ForEach(h => h.Dispose()); // whatever became of the stop
        var late = Assert.IsType<LitestreamException>(error);
        Assert.Equal(ErrorCode.Timeout, late.Code);
        Assert.Contains("is not captured", late.Hint, StringComparison.Ordinal); // it was told to wait in the metadata folder
    }
}
