using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Engine.Files;

/// <summary>
/// Linux: tells what happens in folders, all of them by one instance of inotify and one thread. .NET's own watcher takes one of each for every folder, and an account has 128 instances as a
/// rule (inotify(7), max_user_instances). The instance is there as long as a folder is watched.
/// </summary>
internal sealed class Inotify
{
    // inotify(7)
    private const uint Modified = 0x2;
    private const uint AttributesChanged = 0x4;
    private const uint MovedFrom = 0x40;
    private const uint MovedTo = 0x80;
    private const uint Created = 0x100;
    private const uint Deleted = 0x200;
    private const uint FolderMoved = 0x800;
    private const uint OnlyFolders = 0x0100_0000;
    private const uint NotOfUnlinked = 0x0400_0000;
    private const uint Ended = 0x8000;
    private const uint Events = Modified | AttributesChanged | MovedFrom | MovedTo | Created | Deleted | FolderMoved | OnlyFolders | NotOfUnlinked;

    /// <summary>Of a notification, before the name.</summary>
    private const int HeaderSize = 16;

    private const int BufferSize = 64 << 10;

    private static readonly TimeSpan s_afterFailure = TimeSpan.FromSeconds(1);

    private readonly object _gate = new();
    private readonly Dictionary<int, ImmutableArray<Action<string?>>> _listeners = [];
    private SafeFileHandle? _instance;

    /// <summary>That of this process.</summary>
    public static Inotify OfProcess { get; } = new();

    /// <summary>Whether an instance is open.</summary>
    public bool IsOpen => Volatile.Read(ref _instance) is not null;

    /// <summary>Begins to watch a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="changed">Is told the name of a file in it; null when any may have changed. Called on any thread; must return at once and not throw.</param>
    /// <returns>Ends the watching when disposed; what is told at that moment may still come.</returns>
    /// <exception cref="IOException">The folder is missing, or the system has no instance or no watch left.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder may not be read.</exception>
    public InotifyWatch Watch(string directory, Action<string?> changed)
    {
        lock (_gate)
        {
            var instance = _instance ?? Open(directory);
            var watch = PosixNative.InotifyAddWatch(instance, directory, Events);
            if (watch < 0)
            {
                var failure = Failure(directory);
                if (_instance is null) instance.Dispose();
                throw failure;
            }

            _listeners[watch] = _listeners.GetValueOrDefault(watch, []).Add(changed);
            if (_instance is null) Begin(instance);
            return new(() => End(instance, watch, changed), () => IsPresent(instance, watch, directory));
        }
    }

    private static SafeFileHandle Open(string directory)
    {
        var instance = PosixNative.InotifyInit(PosixNative.OpenCloseOnExec);
        return instance.IsInvalid ? throw Failure(directory) : instance;
    }

    private static Exception Failure(string directory)
    {
        var error = Marshal.GetLastPInvokeError();
        return error switch
        {
            PosixNative.NotFound or PosixNative.NotADirectory => new DirectoryNotFoundException($"The folder '{directory}' is missing."),
            PosixNative.NotPermitted => new UnauthorizedAccessException($"The folder '{directory}' may not be watched: it can't be read."),
            PosixNative.TooManyOfAccount => new IOException(
                $"The folder '{directory}' can't be watched: this account has as many inotify instances as it may have (fs.inotify.max_user_instances), or the process has no handle left.", error),
            // without the number, which is that of a full disk, too
            PosixNative.NoSpace => new IOException($"The folder '{directory}' can't be watched: this account watches as many as it may (fs.inotify.max_user_watches)."),
            _ => new IOException($"The folder '{directory}' can't be watched: {Marshal.GetPInvokeErrorMessage(error)}.", error),
        };
    }

    private void Begin(SafeFileHandle instance)
    {
        _instance = instance;
        new Thread(() => Read(instance)) { IsBackground = true, Name = "Litestream watch" }.Start();
    }

    /// <summary>Whether the name still leads to the folder that has this number: asked again, the kernel answers with the same one.</summary>
    private bool IsPresent(SafeFileHandle instance, int watch, string directory)
    {
        lock (_gate) return _instance == instance && _listeners.ContainsKey(watch) && PosixNative.InotifyAddWatch(instance, directory, Events) == watch;
    }

    private void End(SafeFileHandle instance, int watch, Action<string?> changed)
    {
        lock (_gate)
        {
            // a number means another folder in another instance
            if (_instance != instance || !_listeners.TryGetValue(watch, out var listeners)) return;
            _listeners[watch] = listeners.Remove(changed);
            if (!_listeners[watch].IsEmpty) return;
            _listeners.Remove(watch);
            // of a folder that is gone there is none any more, and the end of its watch waits to be read; either way the reader wakes
            _ = PosixNative.InotifyRemoveWatch(instance, watch);
        }
    }

    private void Read(SafeFileHandle instance)
    {
        using var closing = instance;
        var buffer = GC.AllocateUninitializedArray<byte>(BufferSize);
        do
        {
            var length = (int)PosixNative.Read(instance, buffer, buffer.Length);
            if (length >= 0)
            {
                Tell(buffer.AsSpan(0, length));
            }
            else if (Marshal.GetLastPInvokeError() != PosixNative.Interrupted)
            {
                // read(2) knows no other error for an instance that is open; if there is one, who watches looks by himself, and this thread of its own tries again
                TellAll();
                Thread.Sleep(s_afterFailure);
            }
        }
        while (!TryEnd());
    }

    /// <summary>Only the reader gives the instance up, when nobody watches any more: whoever begins before that goes on with it, so there is never more than one.</summary>
    private bool TryEnd()
    {
        lock (_gate)
        {
            if (_listeners.Count > 0) return false;
            _instance = null;
            return true;
        }
    }

    private void Tell(ReadOnlySpan<byte> notifications)
    {
        while (notifications.Length >= HeaderSize)
        {
            var watch = BitConverter.ToInt32(notifications);
            var what = BitConverter.ToUInt32(notifications[4..]);
            var name = notifications.Slice(HeaderSize, BitConverter.ToInt32(notifications[12..]));
            notifications = notifications[(HeaderSize + name.Length)..];
            if (watch < 0) TellAll(); // some were lost
            else Tell(watch, name.IsEmpty ? null : Encoding.UTF8.GetString(name[..name.IndexOf((byte)0)]));
            if ((what & Ended) != 0) Forget(watch);
        }
    }

    private void Tell(int watch, string? name)
    {
        ImmutableArray<Action<string?>> listeners;
        // whoever begins to watch has the lock until he is known here
        lock (_gate) listeners = _listeners.GetValueOrDefault(watch, []);
        foreach (var changed in listeners) changed(name);
    }

    /// <summary>Lost notifications are as good as one of each: whoever hears of one looks at the files himself.</summary>
    private void TellAll()
    {
        int[] watches;
        lock (_gate) watches = [.. _listeners.Keys];
        foreach (var watch in watches) Tell(watch, null);
    }

    /// <summary>The folder is gone.</summary>
    private void Forget(int watch)
    {
        lock (_gate) _listeners.Remove(watch);
    }
}
