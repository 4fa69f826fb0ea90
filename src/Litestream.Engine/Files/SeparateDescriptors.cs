using System.Collections.Concurrent;
using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>
/// Linux: a thread with descriptors of its own. The locks that a close drops are those of whoever shares the table of descriptors (close(2), fcntl(2)): what is opened and closed here takes none from
/// SQLite in this process, not even in the moment in which it opens the same file.
/// </summary>
/// <remarks>Files are opened for reading only, and none of the others' is held here.</remarks>
internal static class SeparateDescriptors
{
    private const string Root = "/proc/thread-self/";

    /// <summary>Name of the memory from which every thread of .NET maps compiled code.</summary>
    private const string CodeMemory = "doublemapper";

    private static readonly Lazy<BlockingCollection<Action>?> s_looks = new(Start);

    /// <summary>Whether the system lets us have such a thread: Linux 5.9, or an older one in which this process may leave what its threads share.</summary>
    public static bool AreThere => s_looks.Value is not null;

    /// <summary>Runs something there, one after the other.</summary>
    /// <param name="look">Opens, looks and closes.</param>
    /// <returns>What it returns.</returns>
    public static T Run<T>(Func<T> look)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_looks.Value!.Add(() =>
        {
            try
            {
                result.SetResult(look());
            }
            catch (Exception e)
            {
                result.SetException(e);
            }
        });
        return result.Task.GetAwaiter().GetResult();
    }

    private static BlockingCollection<Action>? Start()
    {
        var looks = new BlockingCollection<Action>();
        var begun = new TaskCompletionSource<bool>();
        new Thread(() =>
        {
            var isSeparate = TrySeparate();
            begun.SetResult(isSeparate);
            if (!isSeparate) return;
            foreach (var look in looks.GetConsumingEnumerable()) look();
        })
        { IsBackground = true, Name = "Litestream looks" }.Start();
        return begun.Task.GetAwaiter().GetResult() ? looks : null;
    }

    /// <summary>Takes a table of its own for this thread, and lets go in it what it had in common with the others. The numbers stay taken: whoever writes to one of them, as the runtime does from any
    /// thread where it is to log, must not hit a file that was opened here.</summary>
    private static bool TrySeparate()
    {
        // the runtime's handler passes a signal on by a descriptor
        PosixNative.BlockSignals();
        if (!PosixNative.TrySeparateDescriptors()) return false;
        var nothing = PosixNative.Open("/dev/null", PosixNative.OpenReadWrite | PosixNative.OpenCloseOnExec);
        if (nothing < 0) return false;
        foreach (var path in Directory.GetFileSystemEntries(Root + "fdinfo"))
        {
            var name = Path.GetFileName(path);
            if (PosixNative.ReadLink(Root + "fd/" + name)?.Contains(CodeMemory, StringComparison.Ordinal) != true)
                _ = PosixNative.Duplicate(nothing, int.Parse(name, CultureInfo.InvariantCulture));
        }

        return true;
    }
}
