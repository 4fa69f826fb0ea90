using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class ErrorTests(ModuleHost host) : IClassFixture<ModuleHost>
{
    [Fact]
    public void Every_code_of_the_engine_has_its_row()
    {
        host.UseEngine();

        Assert.Empty(ErrorIds.OfEngine().Except(ErrorIds.InTable()));
    }

    [Theory]
    [InlineData("Start-LitestreamReplication ./nowhere.db ./replica", "DatabaseNotFound")]
    [InlineData("Start-LitestreamReplication ./nowhere*.db ./replica", "DatabaseNotFound")]
    [InlineData("Start-LitestreamReplication ./text.db ./replica", "NotADatabase")]
    [InlineData("Start-LitestreamReplication Env:/x ./replica", "NotFileSystemPath")]
    [InlineData("Stop-LitestreamReplication ./nowhere.db", "ReplicationNotFound")]
    [InlineData("Get-LitestreamReplication ./nowhere.db", "ReplicationNotFound")]
    [InlineData("Get-LitestreamReplication -LiteralPath './nowhere*.db'", "ReplicationNotFound")]
    [InlineData("Get-LitestreamGeneration ./nowhere", "ReplicaNotFound")]
    [InlineData("Get-LitestreamGeneration ./text.db", "ReplicaFormatUnknown")]
    public void Failures_have_stable_ids_and_say_what_to_do(string script, string id)
    {
        File.WriteAllText(host.Folder["text.db"], new string('x', 5000));

        var result = host.Run(script);

        Assert.Equal([id], result.ErrorIds);
        Assert.NotEmpty(result.Errors[0].ErrorDetails.RecommendedAction);
    }

    [Fact]
    public void Errors_as_text_have_id_message_and_hint_and_no_stack()
    {
        var error = Assert.Single(host.Run("Get-LitestreamGeneration ./nowhere").Errors).Exception;

        Assert.NotNull(error.StackTrace ?? error.InnerException?.StackTrace);
        Assert.Equal(
            $"ReplicaNotFound: There is no replica at '{host.Folder["nowhere"]}': nothing is there. Check the path, and whether replication has made its first snapshot.",
            error.ToString());
    }

    [Fact]
    public void Wildcards_that_match_no_replication_are_no_error() =>
        Assert.Empty(host.Run("Get-LitestreamReplication ./nowhere*.db").Succeeded());

    [Fact]
    public void Two_databases_for_one_replica_are_refused_before_anything_starts()
    {
        var result = host.Run("Start-LitestreamReplication ./a.db, ./b.db ./replica");

        Assert.Equal(["TargetNotUnique"], result.ErrorIds);
        Assert.False(Directory.Exists(host.Folder["replica"]));
    }

    [Theory]
    [InlineData("./a.db, ./b.db ./one -MetadataPath ./meta")]
    [InlineData("./a.db, ./b.db ./one, ./two")]
    public void Two_databases_share_nothing(string arguments) =>
        Assert.Equal(["TargetNotUnique"], host.Run($"Start-LitestreamReplication {arguments}").ErrorIds);

    [Theory]
    [InlineData("two/../one/", "")]
    [InlineData("./two", "-MetadataPath ./meta")]
    public void Two_databases_of_a_list_share_nothing(string second, string arguments)
    {
        const string First = "[pscustomobject]@{ LiteralPath = './a.db'; Replica = './one' }";

        Assert.Equal(["TargetNotUnique"], host.Run(
            $"{First}, [pscustomobject]@{{ LiteralPath = './b.db'; Replica = '{second}' }} | Start-LitestreamReplication {arguments}").ErrorIds);
    }

    [Fact]
    public void Flow_control_from_downstream_is_no_error()
    {
        NotesReplica.CopyTo(host.Folder["notes"]);

        var result = host.Run("foreach ($once in 1) { Get-LitestreamWalSegment ./notes | ForEach-Object { $_; break } }");

        Assert.Single(result.Succeeded());
    }
}
