using Litestream.Engine.Files;
using Litestream.Engine.Replication;
using Litestream.Engine.Threads;

namespace Litestream.Engine.Spool;

/// <summary>How long whoever has the database open waits for the device of the metadata folder: the application's WAL is held meanwhile. What it does not answer fails for him, and goes on by
/// itself: he begins nothing else there before that has ended. What runs beside him waits as long as it takes.</summary>
/// <param name="options">Which database, and how large its WAL may get meanwhile.</param>
/// <param name="files">Where the database is.</param>
/// <param name="limit">Cancelled when nothing is waited for any more: a stop takes too long.</param>
internal sealed class DevicePatience(ReplicationOptions options, IFileSystem files, CancellationToken limit)
{
    /// <summary>A device that takes longer hangs.</summary>
    private static readonly TimeSpan s_hangs = TimeSpan.FromSeconds(1);

    /// <summary>The same where there is no time left.</summary>
    private static readonly TimeSpan s_hangsAtLast = TimeSpan.FromMilliseconds(200);

    /// <summary>So long it is waited for beside a WAL that is large and does not grow: that may be left from better times.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private static readonly AsyncLocal<DevicePatience?> s_mine = new();

    private volatile Task _left = Task.CompletedTask;
    private string _why = "";

    /// <summary>Whether the database is open, and its WAL held.</summary>
    public required Func<bool> HoldsDatabase { get; init; }

    /// <summary>Whether something still goes on that was not waited for.</summary>
    public bool IsHanging => !_left.IsCompleted;

    /// <summary>Takes effect for the asynchronous method that calls this, and all that it does.</summary>
    public void Begin() => s_mine.Value = this;

    /// <summary>Ends it for a task that was begun by such a method: nobody has to wait for it.</summary>
    public static void End() => s_mine.Value = null;

    /// <summary>Whether whoever asks now waits as long as it takes.</summary>
    public static bool IsUnlimited => s_mine.Value is null;

    /// <summary>Asks the device for something.</summary>
    /// <param name="ask">What. It may go on when this has failed, so nothing of the caller's may be used in it by then.</param>
    /// <exception cref="DeviceHangsException">It does not answer, or has not answered before.</exception>
    public static T Ask<T>(Func<T> ask) => s_mine.Value is { } mine ? mine.AskWatched(ask) : ask();

    /// <inheritdoc cref="Ask"/>
    public static void Do(Action ask) => Ask(() =>
    {
        ask();
        return true;
    });

    /// <summary>Closes something on the device, when that answers.</summary>
    public static void Close(IDisposable resource)
    {
        if (s_mine.Value is { } mine) mine.CloseWatched(resource);
        else resource.Dispose();
    }

    /// <summary>Waits for something that the device is asked for beside, however it ends.</summary>
    /// <exception cref="DeviceHangsException">It does not end, and may not be waited for.</exception>
    public static void Wait(Task work)
    {
        if (s_mine.Value is { } mine) mine.WaitWatched(work);
        else work.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
    }

    private T AskWatched<T>(Func<T> ask)
    {
        if (IsHanging) throw new DeviceHangsException(_why);
        var asking = StandbyThreads.ForDevices.RunAsync(ask);
        try
        {
            WaitWatched(asking);
        }
        catch (DeviceHangsException)
        {
            // nobody takes any more what it gives
            _left = asking.ContinueWith(late => (late.Exception is null ? late.Result as IDisposable : null)?.Dispose(), TaskScheduler.Default);
            throw;
        }

        return asking.GetAwaiter().GetResult();
    }

    private void CloseWatched(IDisposable resource)
    {
        var wasHanging = IsHanging;
        var closing = wasHanging
            ? _left.ContinueWith(_ => resource.Dispose(), CancellationToken.None, TaskContinuationOptions.LongRunning, TaskScheduler.Default)
            : StandbyThreads.ForDevices.RunAsync(() => Dispose(resource));
        try
        {
            if (!wasHanging) WaitWatched(closing);
        }
        catch (DeviceHangsException)
        {
            wasHanging = true;
        }

        if (wasHanging) _left = closing;
        else closing.GetAwaiter().GetResult();
    }

    private static bool Dispose(IDisposable resource)
    {
        resource.Dispose();
        return true;
    }

    private void WaitWatched(Task work)
    {
        var began = TimeProvider.System.GetTimestamp();
        var before = WalSize();
        for (var wait = limit.IsCancellationRequested ? s_hangsAtLast : s_hangs; Task.WaitAny([work], wait) < 0; wait = s_look)
            if (WhyNotWait(before, TimeProvider.System.GetElapsedTime(began)) is { } why) throw new DeviceHangsException(_why = why);
    }

    private string? WhyNotWait(long before, TimeSpan elapsed)
    {
        if (limit.IsCancellationRequested) return "there is no time left";
        if (!HoldsDatabase()) return null;
        var size = WalSize();
        return size > options.SpoolLimit && (size > before || elapsed > s_longest) ? $"the WAL has grown to {size} bytes" : null;
    }

    private long WalSize()
    {
        try
        {
            return files.Find(options.DatabasePath + "-wal")?.Length ?? 0;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return 0;
        }
    }
}
