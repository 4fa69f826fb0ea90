using Litestream.PowerShell.Tests.Fixtures;
using Xunit;

namespace Litestream.PowerShell.Tests;

public sealed class JournalModeTests : ReplicationTests
{
    private const int WriteVersionOffset = 18;

    private string Rollback { get; }

    public JournalModeTests()
    {
        Rollback = Host.Folder["rollback.db"];
        Application.Create(Rollback, "delete");
    }

    [Fact]
    public void Start_changes_nothing_with_WhatIf()
    {
        var before = Directory.GetFileSystemEntries(Host.Folder.Path).Order().ToList();

        var result = Host.Run("Start-LitestreamReplication ./rollback.db ./replica -WhatIf");

        Assert.Empty(result.Succeeded());
        Assert.Contains("Switch the journal mode to WAL", result.HostText, StringComparison.Ordinal);
        Assert.False(IsWal());
        Assert.Equal(before, Directory.GetFileSystemEntries(Host.Folder.Path).Order());
    }

    [Theory]
    [InlineData("Start-LitestreamReplication ./rollback.db ./replica")]
    [InlineData("Start-LitestreamReplication ./rollback.db ./replica -Confirm:$false")]
    public void Start_switches_a_database_with_a_warning(string script)
    {
        var result = Host.Run(script);

        Assert.Contains("WAL", Assert.Single(result.Warnings), StringComparison.Ordinal);
        Assert.Single(result.Succeeded());
        WaitUntil("(Get-LitestreamReplication).State -eq 'Running'");
        Assert.True(IsWal());
    }

    [Fact]
    public void Start_asks_before_it_switches_with_Confirm()
    {
        // the host refuses to answer, as -NonInteractive does
        Assert.NotEmpty(Host.Run("Start-LitestreamReplication ./rollback.db ./replica -Confirm").Errors);
        Assert.False(IsWal());
    }

    private bool IsWal() => File.ReadAllBytes(Rollback)[WriteVersionOffset] == 2;
}
