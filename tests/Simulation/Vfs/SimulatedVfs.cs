using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Vfs;

/// <summary>The VFS that SQLite is given: its files are those of <see cref="Machine.Present"/>.</summary>
internal static unsafe partial class SimulatedVfs
{
    public const string Name = "simulation";

    private const string Library = "e_sqlite3";
    private const int MaxPathLength = 512;

    private static bool s_isRegistered;

    /// <summary>Registers the VFS, as the default: SQLite's generator of salts takes its seed from that one.</summary>
    public static void Register()
    {
        if (!s_isRegistered)
        {
            SQLitePCL.Batteries_V2.Init();
            var methods = (VfsMethods*)NativeMemory.AllocZeroed((nuint)sizeof(VfsMethods));
            methods->Version = 2;
            methods->FileSize = sizeof(VfsFile);
            methods->MaxPathLength = MaxPathLength;
            methods->Name = (byte*)Marshal.StringToCoTaskMemUTF8(Name);
            methods->Open = &Open;
            methods->Delete = &Delete;
            methods->Access = &Access;
            methods->FullPathname = &FullPathname;
            methods->Randomness = &Randomness;
            methods->Sleep = &Sleep;
            methods->CurrentTime = &CurrentTime;
            methods->GetLastError = &GetLastError;
            methods->CurrentTimeInt64 = &CurrentTimeInt64;
            if (Register(methods, 1) != VfsCodes.Ok) throw new InvalidOperationException("The VFS can't be registered.");
            s_isRegistered = true;
        }

        ForgetRandomness();
    }

    /// <summary>SQLite's generator forgets its state: the next number comes from the seed of the present machine.</summary>
    public static void ForgetRandomness() => FillRandom(0, null);

    [LibraryImport(Library, EntryPoint = "sqlite3_vfs_register")]
    private static partial int Register(VfsMethods* methods, int makeDefault);

    [LibraryImport(Library, EntryPoint = "sqlite3_randomness")]
    private static partial void FillRandom(int count, void* bytes);

    private static string TextOf(byte* text) => Marshal.PtrToStringUTF8((nint)text)!;

    private static int Guard(Func<Machine, SimulatedProcess, int> call)
    {
        if (Machine.Present is not { Running: { } process } machine) return VfsCodes.IoError;
        try
        {
            return call(machine, process);
        }
        catch (Exception e)
        {
            machine.Failure ??= e;
            return VfsCodes.IoError;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Open(VfsMethods* vfs, byte* name, VfsFile* target, int flags, int* outFlags)
    {
        target->Methods = null;
        return Guard((machine, process) =>
        {
            var path = name is null ? $"/temporary-{machine.Random.Next():x8}" : TextOf(name);
            if (machine.Enter(process, Operation.Open, path) != Fault.None) return VfsCodes.CantOpen;
            var file = machine.Disk.FindFile(path);
            if (file is null)
            {
                if ((flags & VfsCodes.OpenCreate) == 0 || machine.Disk.FindFolder(Path.GetDirectoryName(path)!) is null) return VfsCodes.CantOpen;
                file = machine.Disk.CreateFile(path, machine.Clock.GetUtcNow());
            }

            var isJournal = (flags & (VfsCodes.OpenMainJournal | VfsCodes.OpenWal)) != 0;
            var open = new OpenFile(process, path, file, isJournal && (flags & VfsCodes.OpenCreate) != 0 ? machine.Disk.ParentOf(path) : null)
            {
                DeletesOnClose = name is null || (flags & VfsCodes.OpenDeleteOnClose) != 0,
            };
            process.OpenFiles.Add(open);
            VfsCalls.Attach(target, open);
            if (outFlags is not null) *outFlags = flags;
            return VfsCodes.Ok;
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Delete(VfsMethods* vfs, byte* name, int flushFolder) => Guard((machine, process) =>
    {
        var path = TextOf(name);
        if (machine.Enter(process, Operation.Delete, path) != Fault.None) return VfsCodes.IoErrorDelete;
        if (machine.Disk.Find(path) is null) return VfsCodes.IoErrorNothingToDelete;
        machine.Disk.Delete(path);
        if (flushFolder != 0) machine.Disk.ParentOf(path).Flush();
        return VfsCodes.Ok;
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Access(VfsMethods* vfs, byte* name, int flags, int* result)
    {
        *result = 0;
        return Guard((machine, process) =>
        {
            var path = TextOf(name);
            if (machine.Enter(process, Operation.Find, path) != Fault.None) return VfsCodes.IoErrorAccess;
            *result = machine.Disk.FindFile(path) is { } file && (flags != 0 || file.Length > 0) ? 1 : 0;
            return VfsCodes.Ok;
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FullPathname(VfsMethods* vfs, byte* name, int size, byte* result)
    {
        var bytes = Encoding.UTF8.GetBytes(TextOf(name));
        if (bytes.Length + 1 > size) return VfsCodes.CantOpen;
        bytes.CopyTo(new Span<byte>(result, size));
        result[bytes.Length] = 0;
        return VfsCodes.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Randomness(VfsMethods* vfs, int count, byte* bytes)
    {
        new Span<byte>(bytes, count).Clear();
        Machine.Present?.Random.NextBytes(new Span<byte>(bytes, count));
        return count;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sleep(VfsMethods* vfs, int microseconds)
    {
        Guard((machine, process) =>
        {
            machine.Clock.Advance(TimeSpan.FromMicroseconds(microseconds));
            _ = machine.Enter(process, Operation.Sleep, "", microseconds);
            return VfsCodes.Ok;
        });
        return microseconds;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTime(VfsMethods* vfs, double* days)
    {
        *days = 2461041.5;
        return VfsCodes.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int GetLastError(VfsMethods* vfs, int size, byte* text) => 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CurrentTimeInt64(VfsMethods* vfs, long* milliseconds)
    {
        *milliseconds = 212_633_985_600_000;
        if (Machine.Present is { } machine) *milliseconds += (long)machine.Clock.Elapsed.TotalMilliseconds;
        return VfsCodes.Ok;
    }
}
