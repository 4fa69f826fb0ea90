using System.Runtime.InteropServices;
using Xunit;

namespace Litestream.Engine.Tests.Security;

/// <summary>Another user of this machine: on Linux each thread may be one, where the process is root's.</summary>
internal static partial class OtherUser
{
    /// <summary>The user that owns nothing.</summary>
    public const uint Id = 65534;

    private const uint Unchanged = uint.MaxValue;

    /// <summary>Does something as that user, in a thread of its own.</summary>
    public static T Run<T>(Func<T> action)
    {
        Skip.IfNot(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can be another user.");
        // the call of the C library would change all threads
        var (users, groups) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (117, 119),
            Architecture.Arm64 => (147, 149),
            var other => throw new SkipException($"The numbers of the calls are not known for {other}."),
        };
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                if (Call(groups, Unchanged, Id, Unchanged) != 0 || Call(users, Unchanged, Id, Unchanged) != 0) throw new InvalidOperationException("The user can't be changed.");
                result = action();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException(failure.Message, failure);
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial long Call(long number, uint real, uint effective, uint saved);
}
