using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>What Restore-LitestreamDatabase says of losses that neither a gap nor a checksum shows.</summary>
public sealed class RestoreLossTests : ReplicationTests
{
    [Fact]
    public void A_database_that_does_not_pass_the_check_is_an_error_that_names_the_object_and_the_last_good_point()
    {
        Replicate();
        using (var other = new SqliteConnection($"Data Source={Host.Folder["other.db"]};Pooling=False"))
        {
            other.Open();
            using var command = other.CreateCommand();
            command.CommandText = "PRAGMA journal_mode=wal; CREATE TABLE other(a, b UNIQUE); INSERT INTO other VALUES (1, 'x'), (2, 'y')";
            command.ExecuteNonQuery();
        }

        Host.Run("Sync-LitestreamDatabase ./other.db ./others").Succeeded();
        var (snapshot, segment) = (Keys("snapshot").Single(), Keys("wal").First());
        // without its seal, as one of Litestream's
        var foreign = File.ReadAllBytes(Directory.GetFiles(Host.Folder["others"], "*.snapshot.lz4", SearchOption.AllDirectories).Single())[16..];
        File.WriteAllBytes(Host.Folder[$"replica/{snapshot}"], foreign);

        var error = Assert.Single(Host.Run("Restore-LitestreamDatabase ./replica ./copy.db").Errors);

        Assert.StartsWith("IntegrityCheckFailed,", error.FullyQualifiedErrorId, StringComparison.Ordinal);
        Assert.Equal(segment, error.TargetObject);
        Assert.Contains($"from the snapshot '{snapshot}'", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains($"from the object '{segment}' on", error.Exception.Message, StringComparison.Ordinal);
        Assert.Contains("The last good restore point is index 0, offset 0", error.ErrorDetails.RecommendedAction, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(Host.Folder["."], "copy.db*"));
        Assert.Equal(0L, Assert.Single(Host.Run("Restore-LitestreamDatabase ./replica ./copy.db -AllowPartial").Output).Value<long>("Offset"));
    }

    [Fact]
    public void A_replica_whose_end_is_gone_is_restored_with_a_warning()
    {
        Replicate();
        Assert.Empty(Host.Run("Restore-LitestreamDatabase ./replica ./whole.db").Warnings);
        File.Delete(Host.Folder[$"replica/{Keys("wal").Last()}"]);

        var result = Host.Run("Restore-LitestreamDatabase ./replica ./copy.db");

        Assert.Single(result.Succeeded());
        Assert.Contains("objects are missing from its end", Assert.Single(result.Warnings), StringComparison.Ordinal);
    }

    private void Replicate()
    {
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
        Application.Write(Host.Folder["app.db"], commits: 3);
        Host.Run("Sync-LitestreamDatabase ./app.db ./replica").Succeeded();
    }

    private IEnumerable<string> Keys(string kind) => Directory.GetFiles(Host.Folder["replica"], $"*.{kind}.lz4", SearchOption.AllDirectories)
        .Select(f => Path.GetRelativePath(Host.Folder["replica"], f)).Order(StringComparer.Ordinal);
}
