using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Litestream.Engine.Files;
using SQLitePCL;

namespace Litestream.Engine.Sqlite;

/// <summary>
/// Linux: keeps others in this process from opening files by the engine's copy of SQLite. The loader gives it to whoever asks for the library by its bare name. A copy keeps one list of its files and locks, by their
/// descriptors; those of <see cref="SeparateDescriptors.Sqlite"/> are other files for them, and theirs for us, so that a lock that SQLite takes for held would be on nothing.
/// </summary>
internal static unsafe class SqliteGate
{
    private const int AccessDenied = 13;
    private const int ReadOnly = 0;

    /// <summary>Files that the engine itself opens elsewhere, and how often.</summary>
    private static readonly ConcurrentDictionary<FileIdentity, int> s_admitted = new();

    private static SeparateDescriptors? s_descriptors;
    private static delegate* unmanaged[Cdecl]<byte*, int, int, int> s_open;
    private static delegate* unmanaged[Cdecl]<byte*, nint, int> s_stat;

    /// <summary>Shuts it, once.</summary>
    /// <param name="descriptors">Where the engine's files are.</param>
    /// <returns>False where somebody has something open by this copy, or it has another VFS than SQLite's own: nothing is shut then.</returns>
    public static bool TryShut(SeparateDescriptors descriptors)
    {
        const int FirstWithSystemCalls = 3;
        fixed (byte* unix = "unix\0"u8, open = "open\0"u8, stat = "stat\0"u8)
        {
            var vfs = SqliteNative.FindVfs(unix);
            if (vfs is null || vfs != SqliteNative.FindVfs(null) || vfs->Version < FirstWithSystemCalls) return false;
            s_descriptors = descriptors;
            s_open = (delegate* unmanaged[Cdecl]<byte*, int, int, int>)vfs->GetSystemCall(vfs, open);
            s_stat = (delegate* unmanaged[Cdecl]<byte*, nint, int>)vfs->GetSystemCall(vfs, stat);
            // asked when nobody can come any more
            if (vfs->SetSystemCall(vfs, open, (nint)(delegate* unmanaged[Cdecl]<byte*, int, int, int>)&Open) == 0
                && vfs->SetSystemCall(vfs, stat, (nint)(delegate* unmanaged[Cdecl]<byte*, nint, int>)&Stat) == 0
                && raw.sqlite3_memory_used() == 0)
                return true;
            _ = vfs->SetSystemCall(vfs, open, 0);
            _ = vfs->SetSystemCall(vfs, stat, 0);
            return false;
        }
    }

    /// <summary>Lets a file be opened elsewhere all the same, which no <see cref="DatabaseConnection"/> ever has open at the same time.</summary>
    /// <param name="path">Its path.</param>
    /// <returns>Ends that when disposed.</returns>
    public static IDisposable Admit(string path)
    {
        if (!OperatingSystem.IsLinux() || FileIdentityReader.Read(path) is not { } file) return new Admission(null);
        s_admitted.AddOrUpdate(file, 1, (_, count) => count + 1);
        return new Admission(file);
    }

    /// <summary>What SQLite calls to open a file.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(byte* path, int flags, int mode)
    {
        if (!MayOpen(path, flags))
        {
            Marshal.SetLastSystemError(AccessDenied);
            return -1;
        }

        var descriptor = s_open(path, flags, mode);
        // what the runtime does on the way back must not change it
        var error = Marshal.GetLastSystemError();
        Marshal.SetLastSystemError(error);
        return descriptor;
    }

    /// <summary>By which it sees whether it has a file open already, whose descriptor it could use again; and which folder its temporary files may be in.</summary>
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Stat(byte* path, nint result)
    {
        if (!MayOpen(path, ReadOnly) && !Directory.Exists(Marshal.PtrToStringUTF8((nint)path)))
        {
            Marshal.SetLastSystemError(AccessDenied);
            return -1;
        }

        var code = s_stat(path, result);
        var error = Marshal.GetLastSystemError();
        Marshal.SetLastSystemError(error);
        return code;
    }

    private static bool MayOpen(byte* path, int flags)
    {
        const int AccessMode = 3, Create = 0x40, Exclusive = 0x80;
        // a temporary file is new, and of no interest to anybody else
        if (s_descriptors!.IsHere || (flags & (Create | Exclusive)) == (Create | Exclusive)) return true;
        try
        {
            var name = Marshal.PtrToStringUTF8((nint)path)!;
            // the source of random numbers
            return (flags & AccessMode) == ReadOnly && (name.StartsWith("/dev/", StringComparison.Ordinal) || FileIdentityReader.Read(name) is { } file && s_admitted.ContainsKey(file));
        }
        catch (IOException)
        {
            return false;
        }
    }

    private sealed class Admission(FileIdentity? file) : IDisposable
    {
        private FileIdentity? _file = file;

        public void Dispose()
        {
            if (_file is not { } file) return;
            _file = null;
            while (s_admitted.TryGetValue(file, out var count))
                if (count == 1 ? s_admitted.TryRemove(new(file, 1)) : s_admitted.TryUpdate(file, count - 1, count)) return;
        }
    }
}
