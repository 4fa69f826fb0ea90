using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class SettlingFilesTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    private readonly TempFolder _folder = new();
    private readonly HookedFileSystem _files = new();
    private readonly QuickTime _time = new();
    private int _looks;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("-wal")]
    [InlineData("-journal")]
    public async Task An_application_that_writes_all_the_time_is_not_waited_for_long(string beside)
    {
        WriteAtEachLook(beside);
        await WaitAsync(default).WaitAsync(s_patience);
    }

    /// <summary>Hostile review: the checkpoints of an application from which somebody had removed the WAL were taken for a copy, and as long as it had much to do nobody was told to end it.</summary>
    [SkippableFact]
    public async Task Nor_is_one_that_goes_on_with_a_WAL_that_was_removed()
    {
        Skip.IfNot(OperatingSystem.IsLinux(), "what is open can't be removed on Windows, and elsewhere nothing tells");
        using var app = Application.Open(Path, create: true);
        app.Execute("PRAGMA journal_mode=wal; CREATE TABLE item(data); PRAGMA wal_autocheckpoint=1");
        app.Insert();
        File.Delete(Path + "-wal");
        _files.Before = (operation, path) =>
        {
            if (operation == "find" && path == Path) app.Insert();
        };

        await WaitAsync(default).WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_copy_is_waited_for_until_it_is_done()
    {
        WriteAtEachLook("");
        using var stop = new CancellationTokenSource();
        var wait = WaitAsync(stop.Token);
        var began = _time.GetTimestamp();
        while (_time.GetElapsedTime(began) < TimeSpan.FromSeconds(30)) await Task.Delay(50);
        Assert.False(wait.IsCompleted);

        _files.Before = (_, _) => { };
        await wait.WaitAsync(s_patience);
    }

    /// <summary>However slow the machine is, nobody sees the files still.</summary>
    private void WriteAtEachLook(string beside)
    {
        File.WriteAllBytes(Path, [1]);
        _files.Before = (operation, path) =>
        {
            if (operation != "find" || path != Path) return;
            File.AppendAllText(Path, "x");
            if (beside.Length == 0) return;
            // a rollback journal is there only now and then
            if (beside == "-journal" && ++_looks % 2 == 0) File.Delete(Path + beside);
            else File.AppendAllText(Path + beside, "x");
        };
    }

    private Task WaitAsync(CancellationToken stop) =>
        new SettlingFiles(RunningReplication.OptionsFor(Path), new() { Files = _files, Time = _time }).WaitAsync(stop);

    private string Path => _folder["app.db"];
}
