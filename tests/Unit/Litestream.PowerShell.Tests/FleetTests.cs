using System.Management.Automation;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Find-LitestreamReplica, and the restore of all that it finds.</summary>
public sealed class FleetTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public FleetTests()
    {
        foreach (var replica in new[] { "all/shop/orders.db", "all/shop/stock", "all/notes" }) NotesReplica.CopyTo(_host.Folder[replica]);
        Directory.CreateDirectory(_host.Folder["all/nothing/generations/here"]);
    }

    public void Dispose() => _host.Dispose();

    [Fact]
    public void All_replicas_below_a_folder_are_found_by_their_form_alone()
    {
        // Litestream keeps this beside a database: it is no replica
        Directory.CreateDirectory(_host.Folder[$"all/.app.db-litestream/generations/{NotesReplica.Later}/wal"]);

        var found = _host.Run("Find-LitestreamReplica ./all").Succeeded();

        Assert.Equal(["notes", "shop/orders.db", "shop/stock"], found.Select(f => f.Value<string>("RelativePath")));
        Assert.All(found, f => Assert.Equal(2, f.Value<int>("GenerationCount")));
        Assert.Equal("notes", Assert.Single(_host.Run("Find-LitestreamReplica ./all -Depth 1").Succeeded()).Value<string>("RelativePath"));
        Assert.Equal("stock", Assert.Single(_host.Run("Find-LitestreamReplica ./all/shop/stock").Succeeded()).Value<string>("RelativePath"));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    public void A_fleet_is_restored_each_under_its_own_path(int atOnce)
    {
        var restored = _host.Run("Find-LitestreamReplica ./all | Restore-LitestreamDatabase -Destination ./dr/ -ThrottleLimit $args[0]", atOnce).Succeeded();

        Assert.Equal(3, restored.Count);
        string[] files = ["dr/notes.db", "dr/shop/orders.db", "dr/shop/stock.db"];
        Assert.All(files, f => Assert.True(File.Exists(_host.Folder[f]), f));
    }

    [Fact]
    public void One_that_fails_does_not_hold_back_the_others()
    {
        foreach (var snapshot in Directory.GetFiles(_host.Folder["all/shop/stock"], "*.snapshot.lz4", SearchOption.AllDirectories)) File.WriteAllBytes(snapshot, [1]);

        var result = _host.Run("Find-LitestreamReplica ./all | Restore-LitestreamDatabase -Destination ./dr -ThrottleLimit 3");

        Assert.Equal(["ObjectCorrupt"], result.ErrorIds);
        Assert.Equal(2, result.Output.Count);
        Assert.False(File.Exists(_host.Folder["dr/shop/stock.db"]));
    }

    [Fact]
    public void An_error_that_ends_the_pipeline_leaves_nothing_half_behind()
    {
        foreach (var snapshot in Directory.GetFiles(_host.Folder["all/notes"], "*.snapshot.lz4", SearchOption.AllDirectories)) File.WriteAllBytes(snapshot, [1]);

        var result = _host.Run("Find-LitestreamReplica ./all | Restore-LitestreamDatabase -Destination ./dr -ThrottleLimit 3 -ErrorAction Stop");

        Assert.Equal(["ObjectCorrupt"], result.ErrorIds);
        Assert.DoesNotContain(Directory.GetFiles(_host.Folder["dr"], "*", SearchOption.AllDirectories), f => f.Contains(".restore-", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("../outside")]
    [InlineData("a/../../outside")]
    [InlineData("/etc/outside")]
    [InlineData("a//b")]
    [InlineData("app.db-wal")]
    [InlineData("shop/app.db-SHM")]
    [InlineData("app.db.restore-00000000-lock")]
    public void A_path_that_leads_elsewhere_is_refused(string relative)
    {
        var result = _host.Run(
            "[pscustomobject]@{ Replica = './all/notes'; RelativePath = $args[0] } | Restore-LitestreamDatabase -Destination ./dr", relative);

        Assert.Equal(["InvalidArgument"], result.ErrorIds);
        Assert.False(Directory.Exists(_host.Folder["dr"]));
    }

    [Fact]
    public void Finding_nothing_is_an_error_and_so_is_a_folder_that_is_not_there()
    {
        Directory.CreateDirectory(_host.Folder["empty"]);

        Assert.Equal(["ReplicaNotFound"], _host.Run("Find-LitestreamReplica ./empty").ErrorIds);
        Assert.Equal(ErrorCategory.ObjectNotFound, Assert.Single(_host.Run("Find-LitestreamReplica ./nowhere").Errors).CategoryInfo.Category);
    }
}
