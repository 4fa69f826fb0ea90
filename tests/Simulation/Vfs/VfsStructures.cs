using System.Runtime.InteropServices;

namespace Litestream.Simulation.Vfs;

/// <summary>struct sqlite3_file, with our handle behind it.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VfsFile
{
    public FileMethods* Methods;
    public nint Handle;
}

/// <summary>struct sqlite3_io_methods, version 3.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct FileMethods
{
    public int Version;
    public delegate* unmanaged[Cdecl]<VfsFile*, int> Close;
    public delegate* unmanaged[Cdecl]<VfsFile*, byte*, int, long, int> Read;
    public delegate* unmanaged[Cdecl]<VfsFile*, byte*, int, long, int> Write;
    public delegate* unmanaged[Cdecl]<VfsFile*, long, int> Truncate;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int> Sync;
    public delegate* unmanaged[Cdecl]<VfsFile*, long*, int> FileSize;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int> Lock;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int> Unlock;
    public delegate* unmanaged[Cdecl]<VfsFile*, int*, int> CheckReservedLock;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, void*, int> FileControl;
    public delegate* unmanaged[Cdecl]<VfsFile*, int> SectorSize;
    public delegate* unmanaged[Cdecl]<VfsFile*, int> DeviceCharacteristics;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int, int, void**, int> ShmMap;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int, int, int> ShmLock;
    public delegate* unmanaged[Cdecl]<VfsFile*, void> ShmBarrier;
    public delegate* unmanaged[Cdecl]<VfsFile*, int, int> ShmUnmap;
    public delegate* unmanaged[Cdecl]<VfsFile*, long, int, void**, int> Fetch;
    public delegate* unmanaged[Cdecl]<VfsFile*, long, void*, int> Unfetch;
}

/// <summary>struct sqlite3_vfs, version 2.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct VfsMethods
{
    public int Version;
    public int FileSize;
    public int MaxPathLength;
    public nint Next;
    public byte* Name;
    public nint Data;
    public delegate* unmanaged[Cdecl]<VfsMethods*, byte*, VfsFile*, int, int*, int> Open;
    public delegate* unmanaged[Cdecl]<VfsMethods*, byte*, int, int> Delete;
    public delegate* unmanaged[Cdecl]<VfsMethods*, byte*, int, int*, int> Access;
    public delegate* unmanaged[Cdecl]<VfsMethods*, byte*, int, byte*, int> FullPathname;
    public nint DlOpen;
    public nint DlError;
    public nint DlSym;
    public nint DlClose;
    public delegate* unmanaged[Cdecl]<VfsMethods*, int, byte*, int> Randomness;
    public delegate* unmanaged[Cdecl]<VfsMethods*, int, int> Sleep;
    public delegate* unmanaged[Cdecl]<VfsMethods*, double*, int> CurrentTime;
    public delegate* unmanaged[Cdecl]<VfsMethods*, int, byte*, int> GetLastError;
    public delegate* unmanaged[Cdecl]<VfsMethods*, long*, int> CurrentTimeInt64;
}
