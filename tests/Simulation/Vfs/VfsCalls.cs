using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Vfs;

/// <summary>SQLite's calls on an open file, as it makes them.</summary>
internal static unsafe class VfsCalls
{
    private static readonly FileMethods* s_methods = Create();

    /// <summary>Connects a file of SQLite's with ours.</summary>
    public static void Attach(VfsFile* target, OpenFile file)
    {
        target->Handle = GCHandle.ToIntPtr(GCHandle.Alloc(file));
        target->Methods = s_methods;
    }

    private static FileMethods* Create()
    {
        var methods = (FileMethods*)NativeMemory.AllocZeroed((nuint)sizeof(FileMethods));
        methods->Version = 3;
        methods->Close = &Close;
        methods->Read = &Read;
        methods->Write = &Write;
        methods->Truncate = &Truncate;
        methods->Sync = &Sync;
        methods->FileSize = &FileSize;
        methods->Lock = &Lock;
        methods->Unlock = &Unlock;
        methods->CheckReservedLock = &CheckReservedLock;
        methods->FileControl = &FileControl;
        methods->SectorSize = &SectorSize;
        methods->DeviceCharacteristics = &DeviceCharacteristics;
        methods->ShmMap = &ShmMap;
        methods->ShmLock = &ShmLock;
        methods->ShmBarrier = &ShmBarrier;
        methods->ShmUnmap = &ShmUnmap;
        methods->Fetch = &Fetch;
        methods->Unfetch = &Unfetch;
        return methods;
    }

    private static OpenFile Of(VfsFile* file) => (OpenFile)GCHandle.FromIntPtr(file->Handle).Target!;

    /// <summary>No exception may pass through SQLite's frames.</summary>
    private static int Guard(OpenFile file, Func<VfsFiles, OpenFile, int> call)
    {
        var machine = Machine.Present;
        if (machine is null) return VfsCodes.IoError;
        try
        {
            return call(machine.Vfs, file);
        }
        catch (Exception e)
        {
            machine.Failure ??= e;
            return VfsCodes.IoError;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Close(VfsFile* target)
    {
        var file = Of(target);
        // what the collector closes long after its process and machine have gone is only freed
        if (Machine.Present is { } machine && machine.Processes.Contains(file.Process))
        {
            Guard(file, (vfs, f) =>
            {
                vfs.Close(f);
                return VfsCodes.Ok;
            });
        }

        GCHandle.FromIntPtr(target->Handle).Free();
        target->Methods = null;
        return VfsCodes.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Read(VfsFile* target, byte* buffer, int count, long offset) =>
        Guard(Of(target), (vfs, file) => vfs.Read(file, new(buffer, count), offset));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Write(VfsFile* target, byte* bytes, int count, long offset) =>
        Guard(Of(target), (vfs, file) => vfs.Write(file, new(bytes, count), offset));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Truncate(VfsFile* target, long length) => Guard(Of(target), (vfs, file) => vfs.Truncate(file, length));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Sync(VfsFile* target, int flags) => Guard(Of(target), (vfs, file) => vfs.Flush(file));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileSize(VfsFile* target, long* size) => Guard(Of(target), (vfs, file) => vfs.Size(file, out *size));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Lock(VfsFile* target, int level) => Guard(Of(target), (vfs, file) => vfs.Lock(file, level));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unlock(VfsFile* target, int level) => Guard(Of(target), (vfs, file) => vfs.Unlock(file, level));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int CheckReservedLock(VfsFile* target, int* result)
    {
        *result = Of(target).File.Locks.IsReserved ? 1 : 0;
        return VfsCodes.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int FileControl(VfsFile* target, int operation, void* argument)
    {
        var file = Of(target);
        var value = (int*)argument;
        switch (operation)
        {
            case VfsCodes.ControlPersistWal:
                if (*value < 0) *value = file.PersistsWal ? 1 : 0;
                else file.PersistsWal = *value != 0;
                return VfsCodes.Ok;
            case VfsCodes.ControlHasMoved:
                return Guard(file, (vfs, f) =>
                {
                    *value = vfs.HasMoved(f) ? 1 : 0;
                    return VfsCodes.Ok;
                });
            default:
                return VfsCodes.NotFound;
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int SectorSize(VfsFile* target) => 4096;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int DeviceCharacteristics(VfsFile* target) =>
        Machine.Present is { IsPowersafeOverwrite: true } ? VfsCodes.PowersafeOverwrite : 0;

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmMap(VfsFile* target, int number, int size, int extend, void** result)
    {
        *result = null;
        return Guard(Of(target), (vfs, file) =>
        {
            var code = vfs.MapMemory(file, number, size, extend != 0, out var region);
            // pinned: the address stays
            if (region is not null) *result = Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(region));
            return code;
        });
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmLock(VfsFile* target, int first, int count, int flags) =>
        Guard(Of(target), (vfs, file) => vfs.LockMemory(file, first, count, flags));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void ShmBarrier(VfsFile* target) => Guard(Of(target), (vfs, file) =>
    {
        vfs.Barrier(file);
        return VfsCodes.Ok;
    });

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int ShmUnmap(VfsFile* target, int delete) =>
        Guard(Of(target), (vfs, file) => vfs.UnmapMemory(file, delete != 0));

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Fetch(VfsFile* target, long offset, int count, void** result)
    {
        *result = null;
        return VfsCodes.Ok;
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static int Unfetch(VfsFile* target, long offset, void* page) => VfsCodes.Ok;
}
