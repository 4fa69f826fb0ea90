using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Files;

public sealed class FileWatchesTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();
    private readonly FileWatches _watches = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Each_hears_of_its_own_file()
    {
        using var one = new AutoResetEvent(false);
        using var two = new AutoResetEvent(false);
        using var first = _watches.Watch(_folder["one"], () => one.Set());
        using var second = _watches.Watch(_folder["two"], () => two.Set());

        File.WriteAllText(_folder["one"], "1");
        Assert.True(one.WaitOne(s_limit));
        File.WriteAllText(_folder["two"], "2");
        Assert.True(two.WaitOne(s_limit));
        // in the order of the folder: whoever had been told of the other file would have been by now
        while (one.WaitOne(0) || two.WaitOne(0)) { }
        File.WriteAllText(_folder["three"], "3");
        File.WriteAllText(_folder["two"], "22");
        Assert.True(two.WaitOne(s_limit));
        Assert.False(one.WaitOne(0));
    }

    [Fact]
    public void All_who_watch_a_file_hear_of_it_and_the_end_of_one_leaves_the_others()
    {
        using var one = new AutoResetEvent(false);
        using var two = new AutoResetEvent(false);
        var first = _watches.Watch(_folder["file"], () => one.Set());
        using var second = _watches.Watch(_folder["file"], () => two.Set());
        File.WriteAllText(_folder["file"], "1");
        Assert.True(one.WaitOne(s_limit));
        Assert.True(two.WaitOne(s_limit));

        first.Dispose();
        first.Dispose();
        while (one.WaitOne(0) || two.WaitOne(0)) { }
        File.WriteAllText(_folder["file"], "22");

        Assert.True(two.WaitOne(s_limit));
        Assert.False(one.WaitOne(0));
    }

    /// <summary>A call that came afterwards found what it needs given up, and the error ended the process: notifications are told by a thread of ours.</summary>
    [Fact]
    public async Task Nobody_is_called_after_his_watch_has_ended()
    {
        var (begun, mayGoOn) = (new ManualResetEventSlim(), new ManualResetEventSlim());
        var watch = _watches.Watch(_folder["file"], () =>
        {
            begun.Set();
            mayGoOn.Wait(s_limit);
        });
        File.WriteAllText(_folder["file"], "1");
        Assert.True(begun.Wait(s_limit));

        var ending = Task.Run(watch.Dispose);
        Assert.NotEqual(ending, await Task.WhenAny(ending, Task.Delay(200)));
        begun.Reset();
        mayGoOn.Set();
        await ending.WaitAsync(s_limit);

        // in the order of the folder: what was written is told to whoever comes last
        using var heard = new ManualResetEventSlim();
        using var other = _watches.Watch(_folder["other"], heard.Set);
        File.WriteAllText(_folder["file"], "22");
        File.WriteAllText(_folder["other"], "1");
        Assert.True(heard.Wait(s_limit));
        Assert.False(begun.IsSet);
    }

    /// <summary>Also where it has the number of the former one, and was born in the same tick of the clock.</summary>
    [Fact]
    public void A_folder_that_was_made_anew_is_watched_by_its_new_watcher()
    {
        var path = _folder["sub/file"];
        for (var round = 0; round < 200; round++)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var former = _watches.Watch(path, () => { });
            Directory.Delete(Path.GetDirectoryName(path)!);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            using var heard = new AutoResetEvent(false);
            using var present = _watches.Watch(path, () => heard.Set());

            File.WriteAllText(path, "1");

            Assert.True(heard.WaitOne(s_limit));
            Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
        }
    }

    [Fact]
    public void A_folder_that_is_missing_can_not_be_watched_and_can_when_it_is_there()
    {
        var path = _folder["sub/file"];
        Assert.Throws<DirectoryNotFoundException>(() => _watches.Watch(path, () => { }));
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using var heard = new AutoResetEvent(false);
        using var watch = _watches.Watch(path, () => heard.Set());
        File.WriteAllText(path, "1");
        Assert.True(heard.WaitOne(s_limit));
    }
}
