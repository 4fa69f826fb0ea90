using Litestream.Engine.Files;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Files;

public sealed class InotifyTests : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(20);

    private readonly TempFolder _folder = new();
    private readonly Inotify _inotify = new();

    public InotifyTests() => Skip.IfNot(OperatingSystem.IsLinux(), "There is none elsewhere.");

    public void Dispose() => _folder.Dispose();

    /// <summary>As a rule an account has 128 instances, and .NET's watcher takes one for each folder.</summary>
    [SkippableFact]
    public void Many_folders_take_one_instance()
    {
        using var heard = new CountdownEvent(300);
        var before = CountInstances();
        var watches = Enumerable.Range(0, heard.InitialCount).Select(Watch).ToList();
        // others that run beside this have some, too
        Assert.InRange(CountInstances() - before, -50, 50);
        foreach (var number in Enumerable.Range(0, watches.Count)) File.Create(_folder[$"{number}/file"]).Dispose();
        Assert.True(heard.Wait(s_limit));
        watches.ForEach(w => w.Dispose());
        AssertEnds();

        IDisposable Watch(int number)
        {
            var isHeard = 0;
            return _inotify.Watch(Directory.CreateDirectory(_folder[$"{number}"]).FullName, name =>
            {
                if (name == "file" && Interlocked.Exchange(ref isHeard, 1) == 0) heard.Signal();
            });
        }
    }

    [SkippableFact]
    public void It_begins_anew_after_the_last_one_has_ended()
    {
        for (var round = 0; round < 50; round++)
        {
            using var heard = new ManualResetEventSlim();
            using (Watch(_ => heard.Set()))
            {
                File.Create(_folder[$"{round}"]).Dispose();
                Assert.True(heard.Wait(s_limit));
            }

            AssertEnds();
        }
    }

    /// <summary>As each database does that is written to all the time. The thread that reads closed the instance as soon as nobody watched any more, before the watch was taken from it: of one
    /// database in a process the replication failed.</summary>
    [SkippableFact]
    public async Task The_last_one_may_end_while_notifications_come()
    {
        using var ended = new CancellationTokenSource();
        var writer = Task.Run(() =>
        {
            using var file = File.Create(_folder["file"], bufferSize: 0);
            while (!ended.IsCancellationRequested) file.WriteByte(1);
        });
        try
        {
            for (var round = 0; round < 5_000; round++)
            {
                using var heard = new ManualResetEventSlim();
                using var watch = Watch(_ => heard.Set());
                Assert.True(heard.Wait(s_limit));
            }
        }
        finally
        {
            await ended.CancelAsync();
            await writer;
        }
    }

    [SkippableFact]
    public void A_folder_that_goes_is_told_and_its_watch_ends_once()
    {
        var path = Directory.CreateDirectory(_folder["sub"]).FullName;
        using var gone = new ManualResetEventSlim();
        using var heard = new ManualResetEventSlim();
        var former = _inotify.Watch(path, name =>
        {
            if (name is null) gone.Set();
        });
        Directory.Delete(path);
        Assert.True(gone.Wait(s_limit));
        Assert.True(SpinWait.SpinUntil(() => !_inotify.IsOpen, s_limit));

        using var other = Watch(_ => heard.Set());
        former.Dispose(); // its number is another folder's by now
        File.Create(_folder["file"]).Dispose();
        Assert.True(heard.Wait(s_limit));
    }

    [SkippableFact]
    public void Two_who_watch_a_folder_are_both_told_until_each_ends()
    {
        var (one, two) = (0, 0);
        var first = Watch(_ => Interlocked.Increment(ref one));
        using var second = Watch(_ => Interlocked.Increment(ref two));
        File.Create(_folder["1"]).Dispose();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref one) > 0 && Volatile.Read(ref two) > 0, s_limit));
        first.Dispose();
        var told = Volatile.Read(ref two);
        File.Create(_folder["2"]).Dispose();
        Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref two) > told, s_limit));
    }

    /// <summary>The kernel keeps 16,384 notifications as a rule, and one of the same as the last not twice.</summary>
    [SkippableFact]
    public void Lost_notifications_are_told_as_one_of_all()
    {
        using var heard = new ManualResetEventSlim();
        using var mayGoOn = new ManualResetEventSlim();
        using var watch = Watch(name =>
        {
            mayGoOn.Wait(s_limit);
            if (name is null) heard.Set();
        });
        for (var number = 0; number < 20_000; number++) File.Create(_folder[$"{number % 2}"]).Dispose();
        mayGoOn.Set();
        Assert.True(heard.Wait(s_limit));
    }

    [SkippableFact]
    public void A_folder_that_is_missing_is_a_file_error_and_leaves_nothing_open()
    {
        Assert.Throws<DirectoryNotFoundException>(() => _inotify.Watch(_folder["gone"], _ => { }));
        File.Create(_folder["file"]).Dispose();
        Assert.Throws<DirectoryNotFoundException>(() => _inotify.Watch(_folder["file"], _ => { }));
        Assert.False(_inotify.IsOpen);
    }

    private static int CountInstances() => Directory.EnumerateFileSystemEntries("/proc/self/fd").Count(d => new FileInfo(d).LinkTarget == "anon_inode:inotify");

    [SkippableFact]
    public void That_the_folder_was_moved_is_told_as_a_change_of_all_files()
    {
        Directory.CreateDirectory(_folder["here"]);
        using var heard = new ManualResetEventSlim();
        using var watch = _inotify.Watch(_folder["here"], name =>
        {
            if (name is null) heard.Set();
        });

        Directory.Move(_folder["here"], _folder["there"]);

        Assert.True(heard.Wait(s_limit));
        Assert.False(watch.IsPresent);
    }

    private void AssertEnds() => Assert.True(SpinWait.SpinUntil(() => !_inotify.IsOpen, s_limit));

    private InotifyWatch Watch(Action<string?> changed) => _inotify.Watch(_folder[""], changed);
}
