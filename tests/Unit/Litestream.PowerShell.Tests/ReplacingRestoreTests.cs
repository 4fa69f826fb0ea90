using Litestream.PowerShell.Tests.Fixtures;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.PowerShell.Tests;

/// <summary>Restore-LitestreamDatabase -Force, and Undo-LitestreamRestore.</summary>
[Collection("replications")]
public sealed class ReplacingRestoreTests : IDisposable
{
    private readonly ModuleHost _host = new();

    public ReplacingRestoreTests()
    {
        NotesReplica.CopyTo(_host.Folder["replica"]);
        _host.Run($"Restore-LitestreamDatabase ./replica ./app.db -Generation {NotesReplica.Earlier}").Succeeded();
    }

    private string Database => _host.Folder["app.db"];

    public void Dispose() => _host.Dispose();

    [Fact]
    public void One_line_replaces_a_database_and_one_puts_it_back()
    {
        var before = File.ReadAllBytes(Database);

        var result = Assert.Single(_host.Run("$script:result = Restore-LitestreamDatabase ./replica ./app.db -Force; $result").Succeeded());

        var safetyCopy = result.Value<string>("SafetyCopy")!;
        Assert.Equal(before, File.ReadAllBytes(safetyCopy));
        Assert.NotEqual(before, File.ReadAllBytes(Database));
        var undone = Assert.Single(_host.Run("$result | Undo-LitestreamRestore").Succeeded());
        Assert.Equal(before, File.ReadAllBytes(Database));
        Assert.True(File.Exists(undone.Value<string>("SafetyCopy")));
        Assert.False(File.Exists(safetyCopy));
    }

    [Fact]
    public void Without_Force_or_with_WhatIf_nothing_is_replaced()
    {
        var before = File.ReadAllBytes(Database);

        Assert.Equal(["RestoreTargetExists"], _host.Run("Restore-LitestreamDatabase ./replica ./app.db").ErrorIds);
        _host.Run("Restore-LitestreamDatabase ./replica ./app.db -Force -WhatIf").Succeeded();

        Assert.Equal(before, File.ReadAllBytes(Database));
    }

    [Fact]
    public void Without_a_safety_copy_there_is_none()
    {
        var result = Assert.Single(_host.Run("$result = Restore-LitestreamDatabase ./replica ./app.db -Force -NoSafetyCopy; $result").Succeeded());

        Assert.Null(result.Properties["SafetyCopy"].Value);
        Assert.Single(Directory.GetFiles(Path.GetDirectoryName(Database)!, "app.db*"));
        var undone = _host.Run("$result | Undo-LitestreamRestore");
        Assert.Equal(["InvalidArgument"], undone.ErrorIds);
        Assert.StartsWith("No safety copy was made", undone.Errors[0].Exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void One_that_is_replicated_is_refused_until_that_is_stopped()
    {
        _host.Run("$null = Start-LitestreamReplication ./app.db ./other -Confirm:$false -WarningAction SilentlyContinue; Sync-LitestreamDatabase ./app.db").Succeeded();

        Assert.Equal(["RestoreTargetInUse"], _host.Run("Restore-LitestreamDatabase ./replica ./app.db -Force").ErrorIds);

        _host.Run("Stop-LitestreamReplication ./app.db").Succeeded();
        _host.Run("Restore-LitestreamDatabase ./replica ./app.db -Force").Succeeded();
    }

    [Fact]
    public void What_is_not_there_is_not_put_back() =>
        Assert.Equal(["DatabaseNotFound"], _host.Run("Undo-LitestreamRestore ./app.db ./nothing.db").ErrorIds);
}
