using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class WaitForDatabaseTests : ReplicationTests
{
    [Fact]
    public void Start_waits_for_a_database_when_that_is_asked_for()
    {
        Host.Run("Start-LitestreamReplication ./later.db ./replica -WaitForDatabase").Succeeded();
        WaitUntil("(Get-LitestreamReplication).State -eq 'Waiting'");
        var later = Host.Folder["later.db"];
        Application.Create(later);
        Application.Write(later, commits: 5);
        Host.Run("Stop-LitestreamReplication ./later.db").Succeeded();
        Assert.Equal(Application.State(later), StateOfRestored());
    }

    [Theory]
    [InlineData("Start-LitestreamReplication ./later.db ./replica")]
    [InlineData("Start-LitestreamReplication ./absent/later.db ./replica -WaitForDatabase")]
    public void Start_takes_a_path_without_a_file_for_a_mistake_otherwise(string script) =>
        Assert.StartsWith("DatabaseNotFound,", Assert.Single(Host.Run(script).Errors).FullyQualifiedErrorId, StringComparison.Ordinal);
}
