using System.Globalization;
using Litestream.Engine.Files;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Files;

/// <summary>A thread that shares no descriptor with the others: none of theirs is held there, and nothing that they need goes that way.</summary>
[Collection("locks")]
public sealed class SeparateDescriptorsTests
{
    public SeparateDescriptorsTests() => Skip.IfNot(SeparateDescriptors.Looks is not null, "this system has no such thread");

    [SkippableFact]
    public void It_holds_nothing_of_the_others()
    {
        var held = SeparateDescriptors.Looks!.Run(() => Directory.GetFileSystemEntries("/proc/thread-self/fdinfo").Select(d => PosixNative.ReadLink("/proc/thread-self/fd/" + Path.GetFileName(d))).ToList());
        Assert.Contains("/dev/null", held);
        // the folder that is just being read, and the memory of compiled code
        Assert.All(held, target => Assert.True(target is null or "/dev/null" || target.Contains("/fdinfo", StringComparison.Ordinal) || target.Contains("doublemapper", StringComparison.Ordinal), target));
    }

    /// <summary>Hostile review: the runtime passes a signal on by a descriptor, and one that came to this thread, an orderly stop, was lost.</summary>
    [SkippableFact]
    public void It_is_given_no_signal_that_is_sent_to_the_process()
    {
        var blocked = SeparateDescriptors.Looks!.Run(() => File.ReadLines("/proc/thread-self/status").First(l => l.StartsWith("SigBlk:", StringComparison.Ordinal)));
        var mask = ulong.Parse(blocked.Split('\t')[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture);
        Assert.All((int[])[1, 2, 3, 15, 17, 18, 28], signal => Assert.True(IsBlocked(signal), $"signal {signal} is not"));
        Assert.All((int[])[6, 7, 11, 34], signal => Assert.False(IsBlocked(signal), $"signal {signal} is"));

        bool IsBlocked(int signal) => (mask >> (signal - 1) & 1) != 0;
    }

    [SkippableFact]
    public void What_is_closed_there_takes_no_lock_from_SQLite()
    {
        using var database = new TestDatabase();
        database.App.Execute("BEGIN; SELECT count(*) FROM item");
        var identity = FileIdentityReader.Read(database.Path)!.Value;
        for (var i = 0; i < 2; i++) Assert.Equal(Environment.ProcessId, GuardDescriptor.LookAt(database.Path, identity, 0x40000002, 510)!.Value.ProcessId);
    }

    /// <summary>A checkpoint waits for its device, and others go on.</summary>
    [SkippableFact]
    public async Task Who_waits_there_keeps_nobody_out_and_all_have_the_same_descriptors()
    {
        var descriptors = SeparateDescriptors.TryStart("LitestreamTest", int.MaxValue)!;
        using var end = new ManualResetEventSlim();
        var file = descriptors.Run(() => PosixNative.Open("/etc/passwd", PosixNative.OpenReadOnly));
        var waiting = Enumerable.Range(0, 8).Select(_ => Task.Factory.StartNew(
            () => descriptors.Run(() =>
            {
                end.Wait();
                return (Target: PosixNative.ReadLink($"/proc/thread-self/fd/{file}"), Thread: Environment.CurrentManagedThreadId);
            }),
            CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default)).ToList();
        Assert.Equal(1, await Task.Run(() => descriptors.Run(() => descriptors.Run(() => 1))).WaitAsync(TimeSpan.FromSeconds(30)));
        end.Set();
        var found = await Task.WhenAll(waiting).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.All(found, f => Assert.Equal("/etc/passwd", f.Target));
        Assert.Equal(found.Length, found.Select(f => f.Thread).Distinct().Count());
        Assert.NotEqual("/etc/passwd", PosixNative.ReadLink($"/proc/self/fd/{file}"));
        Assert.Equal(0, descriptors.Run(() => PosixNative.Close(file)));
    }

    /// <summary>What the runtime writes from there to a file that it has opened later goes nowhere, and not into a database.</summary>
    [SkippableFact]
    public void Low_numbers_are_taken() => Assert.InRange(SeparateDescriptors.Looks!.Run(() =>
    {
        var descriptor = PosixNative.Open("/dev/null", PosixNative.OpenReadOnly);
        _ = PosixNative.Close(descriptor);
        return descriptor;
    }), 200, int.MaxValue);

    [SkippableFact]
    public void What_is_thrown_there_is_thrown_here() =>
        Assert.Throws<InvalidOperationException>(() => SeparateDescriptors.Looks!.Run<int>(() => throw new InvalidOperationException()));
}
