using System.Text.Json;
using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Test-LitestreamReplica.</summary>
public sealed class ReplicaTestTests : ReplicationTests
{
    [Fact]
    public void A_sound_replica_passes_and_its_end_is_proven_by_the_database()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();

        var test = Assert.Single(Host.Run("Test-LitestreamReplica ./replica -Path ./app.db").Succeeded());

        Assert.Equal(("Passed", "Proven"), (test.Value<string>("Result"), test.Value<string>("EndProof")));
        Assert.Equal(test.Value<int>("ObjectCount"), test.Value<int>("ObjectsRead"));
        // the sync has noted its end in the replica
        Assert.Equal("Proven", Assert.Single(Host.Run("Test-LitestreamReplica ./replica").Succeeded()).Value<string>("EndProof"));
        File.Delete(Host.Folder["replica/litestream-ps.head"]);
        Assert.Equal("NotProvable", Assert.Single(Host.Run("Test-LitestreamReplica ./replica").Succeeded()).Value<string>("EndProof"));
    }

    /// <summary>The state beside the database is of the generation begun last; of the one before, the head that its sync has noted knows the end.</summary>
    [Theory]
    [InlineData("./replica -Path ./app.db")]
    [InlineData("-ConfigPath ./litestream.yml -ReplicaName near")]
    public void An_end_that_is_lost_is_found_by_the_head_where_the_database_is_in_another_generation(string source)
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        Application.Write(Database, commits: 3);
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica; Sync-LitestreamDatabase ./app.db ./far").Succeeded();
        File.WriteAllText(Host.Folder["litestream.yml"], $$"""
            dbs: [{path: '{{Database}}', replicas: [{name: near, path: '{{Host.Folder["replica"]}}'}, {name: far, path: '{{Host.Folder["far"]}}'}]}]
            """);
        Assert.Equal("Proven", Assert.Single(Host.Run($"Test-LitestreamReplica {source}").Succeeded()).Value<string>("EndProof"));
        File.Delete(Directory.GetFiles(Host.Folder["replica"], "*.wal.lz4", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Last());

        var result = Host.Run($"Test-LitestreamReplica {source}");

        Assert.Equal(["ObjectMissing"], result.ErrorIds);
        Assert.Equal(("Failed", "Lost"), (result.Output[0].Value<string>("Result"), result.Output[0].Value<string>("EndProof")));
    }

    [Fact]
    public void A_newest_generation_that_is_gone_as_a_whole_is_found_unless_it_was_removed()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        var first = Directory.GetDirectories(Host.Folder["replica/generations"]).Single();
        Host.Run("Start-LitestreamReplication ./app.db ./replica -NewGeneration; Sync-LitestreamDatabase ./app.db; Stop-LitestreamReplication ./app.db").Succeeded();
        var newest = Directory.GetDirectories(Host.Folder["replica/generations"]).Single(d => d != first);
        Directory.Move(newest, Host.Folder["away"]);

        var result = Host.Run("Test-LitestreamReplica ./replica");

        Assert.Equal(["ObjectMissing"], result.ErrorIds);
        Assert.Equal(("Failed", "Lost", Path.GetFileName(newest)),
            (result.Output[1].Value<string>("Result"), result.Output[1].Value<string>("EndProof"), result.Output[1].Value<string>("Generation")));
        Directory.Move(Host.Folder["away"], newest);
        Host.Run($"Remove-LitestreamGeneration ./replica {Path.GetFileName(newest)} -Confirm:$false").Succeeded();
        Assert.Equal("Passed", Assert.Single(Host.Run("Test-LitestreamReplica ./replica").Succeeded()).Value<string>("Result"));
    }

    [Fact]
    public void A_damaged_note_of_the_last_stop_is_a_warning_and_proves_nothing()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        var head = Host.Folder["replica/litestream-ps.head"];
        var content = File.ReadAllBytes(head);
        content[^10] ^= 1;
        File.WriteAllBytes(head, content);

        var result = Host.Run("Test-LitestreamReplica ./replica");

        Assert.Contains("litestream-ps.head", Assert.Single(result.Warnings), StringComparison.Ordinal);
        var test = Assert.Single(result.Succeeded());
        Assert.Equal(("Passed", "NotProvable"), (test.Value<string>("Result"), test.Value<string>("EndProof")));
    }

    [Fact]
    public void A_generation_of_which_only_a_mark_is_left_is_lost()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        const string Gone = "0123456789abcdef";
        var marks = Directory.CreateDirectory(Host.Folder[$"replica/generations/{Gone}/snapshots"]).FullName;
        File.WriteAllBytes(Path.Combine(marks, "00000000.snapshot.stored"), []);

        var result = Host.Run("Test-LitestreamReplica ./replica");

        Assert.Equal(["ObjectMissing"], result.ErrorIds);
        Assert.Equal((Gone, "Failed", "Lost"), (result.Output[1].Value<string>("Generation"), result.Output[1].Value<string>("Result"), result.Output[1].Value<string>("EndProof")));
    }

    [Theory]
    [InlineData("Test-LitestreamReplica ./replica -ErrorAction Ignore")]
    [InlineData("Test-LitestreamBackup ./replica -ErrorAction Ignore")]
    public void A_damaged_snapshot_that_restores_get_over_is_no_gap_of_a_report(string piped)
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica -SnapshotInterval 1s; Sync-LitestreamDatabase ./app.db").Succeeded();
        for (var deadline = Environment.TickCount64 + 60_000; SnapshotsOf("replica").Length < 2; Thread.Sleep(50))
        {
            Assert.True(Environment.TickCount64 < deadline, "there is no second snapshot");
            Application.Write(Database, commits: 1);
            Host.Run("Sync-LitestreamDatabase ./app.db").Succeeded();
        }

        // and WAL behind the newest one, to which no further one comes
        Host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        Application.Write(Database, commits: 1);
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        var newest = SnapshotsOf("replica")[^1];
        var content = File.ReadAllBytes(newest);
        content[content.Length / 2] ^= 1;
        File.WriteAllBytes(newest, content);

        var test = Assert.Single(Host.Run($"({piped}).Result; {piped} | Export-LitestreamReport ./r.json -Replica ./replica").Output);

        Assert.Equal("Failed", test.BaseObject);
        using var report = JsonDocument.Parse(File.ReadAllBytes(Host.Folder["r.json"]));
        var generation = Assert.Single(Assert.Single(report.RootElement.GetProperty("replicas").EnumerateArray()).GetProperty("generations").EnumerateArray());
        Assert.Equal((1, 0), (generation.GetProperty("windows").GetArrayLength(), generation.GetProperty("gaps").GetArrayLength()));
    }

    [Fact]
    public void A_replica_that_is_being_written_to_passes()
    {
        Host.Run("Start-LitestreamReplication ./app.db ./replica; Sync-LitestreamDatabase ./app.db").Succeeded();

        var test = Assert.Single(Host.Run("Get-LitestreamGeneration ./replica | Test-LitestreamReplica -Path ./app.db").Succeeded());

        Assert.Equal(("Passed", "Proven"), (test.Value<string>("Result"), test.Value<string>("EndProof")));
    }

    [Fact]
    public void Damage_is_an_error_and_an_object_that_names_it()
    {
        NotesReplica.CopyTo(Host.Folder["notes"]);
        var segment = Directory.GetFiles(Host.Folder["notes"], "*.wal.lz4", SearchOption.AllDirectories).Order().First();
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^1]);

        var result = Host.Run("Test-LitestreamReplica ./notes -ErrorVariable failures | Where-Object Result -eq Failed | ForEach-Object Damage; $failures.Count");

        Assert.Equal(["ObjectCorrupt"], result.ErrorIds);
        Assert.EndsWith(Path.GetFileName(segment), result.Output[0].Value<string>("Key"), StringComparison.Ordinal);
        Assert.Equal(1, result.Output[1].BaseObject);
    }

    [Fact]
    public void A_first_snapshot_that_is_gone_is_a_warning_and_part_of_the_result()
    {
        NotesReplica.CopyTo(Host.Folder["notes"]);
        var snapshot = Directory.GetFiles(Path.Combine(Host.Folder["notes"], "generations", NotesReplica.Later), "*.snapshot.lz4", SearchOption.AllDirectories).Single();
        File.Move(snapshot, snapshot.Replace("00000000.", "00000001.", StringComparison.Ordinal));

        var result = Host.Run("Test-LitestreamReplica ./notes $args[0]", NotesReplica.Later);

        Assert.Contains("before the first snapshot", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Single(Assert.Single(result.Succeeded()).Value<string[]>("Warnings")!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(101)]
    public void A_sample_is_a_percentage(int percent)
    {
        var result = Host.Run("Test-LitestreamReplica ./replica -SamplePercent $args[0]", percent);

        Assert.Equal(["ParameterArgumentValidationError"], result.ErrorIds);
    }

    private string[] SnapshotsOf(string replica) => [.. Directory.GetFiles(Host.Folder[replica], "*.snapshot.lz4", SearchOption.AllDirectories).Order(StringComparer.Ordinal)];
}
