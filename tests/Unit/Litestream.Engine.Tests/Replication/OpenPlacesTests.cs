using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class OpenPlacesTests
{
    [Fact]
    public async Task Who_comes_when_all_places_are_taken_waits_for_one()
    {
        var places = new OpenPlaces(0);
        var taken = new List<IDisposable>();
        for (var place = 0; place < OpenPlaces.Least; place++) taken.Add(await places.EnterAsync(default));
        Assert.False(places.AreScarce);
        using var impatient = new CancellationTokenSource();
        var (first, second) = (places.EnterAsync(impatient.Token), places.EnterAsync(default));
        Assert.True(places.AreScarce);
        Assert.False(first.IsCompleted || second.IsCompleted);

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        taken[3].Dispose();
        taken[3].Dispose();
        await second;
        Assert.False(places.AreScarce);
        Assert.False(places.EnterAsync(default).IsCompleted);
    }

    [Fact]
    public async Task There_are_the_fewer_places_the_more_databases_there_are()
    {
        var places = new OpenPlaces(20_000);
        var alone = await CountAsync(places);
        var joined = Enumerable.Range(0, 5000).Select(_ => places.Join("app.db")).ToList();
        var among = await CountAsync(places);
        Assert.True(among < alone, $"{alone} {among}");
        Assert.True(among > OpenPlaces.Least, $"{among}");
        joined.ForEach(j => j.Dispose());
        Assert.Equal(alone, await CountAsync(places));
    }

    [Theory]
    [InlineData(256, 3)]
    [InlineData(1024, 284)]
    public void One_more_than_can_live_is_refused(long handles, int most)
    {
        var places = new OpenPlaces(handles);
        var joined = Enumerable.Range(0, most).Select(_ => places.Join("app.db")).ToList();
        var refused = Assert.Throws<LitestreamException>(() => places.Join("more.db"));
        Assert.Equal((ErrorCode.TooManyReplications, "more.db"), (refused.Code, refused.Target));
        joined[1].Dispose();
        places.Join("more.db").Dispose();
    }

    [Fact]
    public async Task Who_waits_for_long_is_told_so_once()
    {
        var places = new OpenPlaces(600);
        var taken = new List<IDisposable>();
        for (var place = 0; place < OpenPlaces.Least; place++) taken.Add(await places.EnterAsync(default));
        using var database = new TestDatabase();
        await using var replication = RunningReplication.Start(database, environment: new() { Places = places });
        var told = await replication.WaitForAsync(ReplicationEventKind.Waiting);
        Assert.Equal((ReplicationSeverity.Warning, ReplicationState.Waiting), (told.Severity, replication.Status.State));

        taken[0].Dispose();
        database.App.Insert();
        await replication.SyncAsync();
        Assert.Equal(1, replication.Count(ReplicationEventKind.Waiting));
    }

    [Theory]
    [InlineData("Max open files            1024                 524288               files     ", 1024L)]
    [InlineData("Max open files            unlimited            unlimited            files     ", null)]
    [InlineData("Max file locks            7                    7                    locks     ", null)]
    public void The_limit_is_the_one_in_force(string line, long? expected) =>
        Assert.Equal(expected, HandleLimit.Parse(["Limit                     Soft Limit           Hard Limit           Units     ", line]));

    private static async Task<int> CountAsync(OpenPlaces places)
    {
        var taken = new List<IDisposable>();
        using var enough = new CancellationTokenSource();
        while (true)
        {
            var next = places.EnterAsync(enough.Token);
            if (!next.IsCompleted)
            {
                await enough.CancelAsync();
                taken.ForEach(t => t.Dispose());
                return taken.Count;
            }

            taken.Add(await next);
        }
    }
}
