using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ListingTests(NotesHost notes) : IClassFixture<NotesHost>
{
    private readonly ModuleHost _host = notes.Host;

    [Theory]
    [InlineData("Get-LitestreamGeneration ./replica")]
    [InlineData("'./replica' | Get-LitestreamGeneration")]
    [InlineData("Get-LitestreamGeneration -Replica \"file://$($PWD.ProviderPath)/replica\"")]
    public void Generation_lists_all_with_typed_numbers_and_times(string script)
    {
        var generations = _host.Run(script).Succeeded().ToDictionary(g => g.Value<string>("Generation")!);

        Assert.Equal([NotesReplica.Later, NotesReplica.Earlier], generations.Keys.Order());
        var earlier = generations[NotesReplica.Earlier];
        Assert.Equal(NotesReplica.Start, earlier.Value<DateTimeOffset>("CreatedAt"));
        Assert.Equal(NotesReplica.Start.AddSeconds(30), earlier.Value<DateTimeOffset>("UpdatedAt"));
        Assert.Equal(1, earlier.Value<int>("SnapshotCount"));
        Assert.Equal(4, earlier.Value<int>("SegmentCount"));
        Assert.Equal(341 + 538 + 84 + 92 + 103, earlier.Value<long>("Size"));
    }

    [Theory]
    [InlineData($"Get-LitestreamSnapshot ./replica -Generation {NotesReplica.Later}")]
    [InlineData("Get-LitestreamGeneration ./replica | Where-Object CreatedAt -gt '2026-05-01T12:00:30Z' | Get-LitestreamSnapshot")]
    public void Snapshot_lists_those_of_a_generation(string script)
    {
        var snapshot = Assert.Single(_host.Run(script).Succeeded());

        Assert.Equal(NotesReplica.Later, snapshot.Value<string>("Generation"));
        Assert.Equal(0, snapshot.Value<int>("Index"));
        Assert.Equal(0L, snapshot.Value<long>("Offset"));
        Assert.Equal(394L, snapshot.Value<long>("Size"));
        Assert.Equal(NotesReplica.Start.AddSeconds(60), snapshot.Value<DateTimeOffset>("CreatedAt"));
    }

    [Theory]
    [InlineData($"Get-LitestreamWalSegment ./replica -Generation {NotesReplica.Earlier}")]
    [InlineData($"Get-LitestreamSnapshot ./replica -Generation {NotesReplica.Earlier} | Get-LitestreamWalSegment")]
    [InlineData($"Get-LitestreamWalSegment ./replica {NotesReplica.Earlier} -Index 0")]
    public void WalSegment_shows_start_and_end(string script)
    {
        var segments = _host.Run(script).Succeeded();

        Assert.Equal([0L, 3784, 4320, 4856], segments.Select(s => s.Value<long>("StartOffset")));
        Assert.Equal([3784L, 4320, 4856, 5392], segments.Select(s => s.Value<long>("EndOffset")));
    }

    [Fact]
    public void WalSegment_lists_nothing_when_the_index_has_none() =>
        Assert.Empty(_host.Run("Get-LitestreamWalSegment ./replica -Index 7").Succeeded());

    [Theory]
    [InlineData("Get-LitestreamGeneration")]
    [InlineData("Get-LitestreamSnapshot")]
    [InlineData("Get-LitestreamWalSegment")]
    public void Listing_has_no_path_that_would_bind_elsewhere(string cmdlet)
    {
        var listed = _host.Run($"{cmdlet} ./replica").Succeeded();

        Assert.All(listed, o => Assert.DoesNotContain(o.Properties, p => p.Name is "Path" or "PSPath" or "LiteralPath"));
    }

    [Fact]
    public void Listing_goes_on_with_the_next_replica_after_a_failure()
    {
        var result = _host.Run("Get-LitestreamGeneration ./nowhere, ./replica");

        Assert.Equal(["ReplicaNotFound"], result.ErrorIds);
        Assert.Equal(2, result.Output.Count);
    }
}
