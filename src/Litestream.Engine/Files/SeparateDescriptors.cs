using System.Globalization;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Files;

/// <summary>
/// Linux: threads with a table of descriptors of their own. POSIX locks belong to whoever shares such a table (close(2), fcntl(2)), so what is opened, locked and closed here is to all others in this process what
/// another process's is: no close of theirs drops a lock of ours, nor one of ours theirs, and a lock keeps us from each other.
/// </summary>
/// <remarks>A descriptor of the one side is nothing, or something else, on the other: what runs here opens, uses and closes its own, and no others.</remarks>
internal sealed class SeparateDescriptors
{
    /// <summary>How the system names the threads that hold SQLite's files, for whoever asks what a process has open.</summary>
    public const string SqliteThread = "LitestreamSQL";

    private const string Root = "/proc/thread-self/";

    /// <summary>Name of the memory from which every thread of .NET maps compiled code.</summary>
    private const string CodeMemory = "doublemapper";

    /// <summary>Numbers from 0 that no file gets here; fewer where the system allows few.</summary>
    private const long Taken = 1024;

    /// <summary>A thread that has had nothing to do for so long ends, unless it is the only one.</summary>
    private static readonly TimeSpan s_rest = TimeSpan.FromMinutes(1);

    private static readonly Lazy<SeparateDescriptors?> s_looks = new(() => TryStart("LitestreamLook", maxThreads: 1));
    private static readonly Lazy<SeparateDescriptors?> s_sqlite = new(() =>
        SqliteLibrary.IsOwn && s_looks.Value is not null && TryStart(SqliteThread, int.MaxValue) is { } descriptors && SqliteGate.TryShut(descriptors) ? descriptors : null);

    [ThreadStatic]
    private static SeparateDescriptors? s_here;

    private readonly object _gate = new();
    private readonly Queue<Action> _waiting = new();
    private readonly string _name;
    private readonly int _maxThreads;
    private int _threads = 1;
    private int _idle;

    private SeparateDescriptors(string name, int maxThreads) => (_name, _maxThreads) = (name, maxThreads);

    /// <summary>Where files are looked at, one after the other, and guarded. Null where the system does not let us have such a thread: it takes Linux 5.9, or an older one in which this process may leave what its
    /// threads share.</summary>
    public static SeparateDescriptors? Looks => s_looks.Value;

    /// <summary>Where SQLite runs. Null where there is no such thread, or others in this process use the same copy of SQLite, which keeps one list of all its files.</summary>
    public static SeparateDescriptors? Sqlite => s_sqlite.Value;

    /// <summary>Sees that this thread may start another one, which has the descriptors of the one that starts it.</summary>
    /// <exception cref="InvalidOperationException">It is one of those with descriptors of their own.</exception>
    public static void EnsureOnNone()
    {
        if (s_here is not null) throw new InvalidOperationException("A thread that is started here would have SQLite's descriptors, and none of the others'.");
    }

    /// <summary>Whether this thread is one of them.</summary>
    public bool IsHere => s_here == this;

    /// <summary>Runs something there, or at once where this is there already.</summary>
    /// <param name="work">Waits for nothing that is run there.</param>
    /// <returns>What it returns.</returns>
    public T Run<T>(Func<T> work)
    {
        if (IsHere) return work();
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_gate)
        {
            _waiting.Enqueue(() =>
            {
                try
                {
                    result.SetResult(work());
                }
                catch (Exception e)
                {
                    result.SetException(e);
                }
            });
            Monitor.Pulse(_gate);
        }

        return result.Task.GetAwaiter().GetResult();
    }

    /// <summary>The same for what returns nothing.</summary>
    /// <param name="work">Waits for nothing that is run there.</param>
    public void Run(Action work) => Run(() =>
    {
        work();
        return true;
    });

    /// <summary>Starts the first thread.</summary>
    /// <param name="name">How the system names the threads; 15 bytes at most.</param>
    /// <param name="maxThreads">How many there may be.</param>
    /// <returns>Null where the system does not let us have any.</returns>
    internal static SeparateDescriptors? TryStart(string name, int maxThreads)
    {
        if (!OperatingSystem.IsLinux()) return null;
        var descriptors = new SeparateDescriptors(name, maxThreads);
        var begun = new TaskCompletionSource<bool>();
        descriptors.StartThread(() =>
        {
            var isSeparate = TrySeparate();
            begun.SetResult(isSeparate);
            if (isSeparate) descriptors.Serve();
        });
        return begun.Task.GetAwaiter().GetResult() ? descriptors : null;
    }

    /// <summary>Takes a table of its own for this thread, and lets go in it what it had in common with the others. The numbers stay taken, and some that may come: whoever writes to one of them, as the runtime
    /// does from any thread where it is to log, must not hit a file that was opened here.</summary>
    private static bool TrySeparate()
    {
        try
        {
            // the runtime's handler passes a signal on by a descriptor
            PosixNative.BlockSignals();
            if (!PosixNative.TrySeparateDescriptors()) return false;
            var nothing = PosixNative.Open("/dev/null", PosixNative.OpenReadWrite | PosixNative.OpenCloseOnExec);
            if (nothing < 0) return false;
            var there = Directory.GetFileSystemEntries(Root + "fdinfo").Select(d => int.Parse(Path.GetFileName(d), CultureInfo.InvariantCulture)).ToList();
            foreach (var number in there.Union(Enumerable.Range(0, (int)Math.Min(Taken, (HandleLimit.Read() ?? 0) / 4))))
            {
                if (PosixNative.ReadLink(Root + "fd/" + number)?.Contains(CodeMemory, StringComparison.Ordinal) != true)
                    _ = PosixNative.Duplicate(nothing, number);
            }

            return true;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return false; // no /proc
        }
    }

    private void StartThread(ThreadStart work) => new Thread(work) { IsBackground = true, Name = _name }.UnsafeStart();

    private void Serve()
    {
        s_here = this;
        while (TryTakeWork() is { } work) work();
    }

    /// <summary>Waits for work. A thread shares the table of the one that starts it: who leaves nobody waiting starts the next one before he begins.</summary>
    /// <returns>Null when there are others, and nothing to do.</returns>
    private Action? TryTakeWork()
    {
        Action work;
        lock (_gate)
        {
            _idle++;
            while (_waiting.Count == 0)
            {
                if (Monitor.Wait(_gate, s_rest) || _waiting.Count > 0 || _idle == 1) continue;
                _idle--;
                _threads--;
                return null;
            }

            work = _waiting.Dequeue();
            if (--_idle > 0 || _threads >= _maxThreads) return work;
            _threads++;
        }

        try
        {
            StartThread(Serve);
        }
        catch (OutOfMemoryException)
        {
            // the system gives no more threads: those that are there do all of it
            lock (_gate) _threads--;
        }

        return work;
    }
}
