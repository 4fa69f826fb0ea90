using System.Runtime.InteropServices;

namespace Litestream.Engine.Sqlite;

/// <summary>SQLite's struct sqlite3_vfs (sqlite3.h), version 3, as far as it is used.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct SqliteVfs
{
    /// <summary>Which fields it has.</summary>
    public int Version;

#pragma warning disable IDE0044, IDE0051, CA1823, CS0169 // SQLite's fields, in their order
    private int _fileSize;
    private int _longestPath;
    private nint _next;
    private nint _name;
    private nint _data;
    private nint _open;
    private nint _delete;
    private nint _access;
    private nint _fullPathname;
    private nint _libraryOpen;
    private nint _libraryError;
    private nint _librarySymbol;
    private nint _libraryClose;
    private nint _randomness;
    private nint _sleep;
    private nint _currentTime;
    private nint _getLastError;
    private nint _currentTime64;
#pragma warning restore

    /// <summary>Puts another function in the place of one of the system's; 0 gives the usual one back. Returns a result code.</summary>
    public delegate* unmanaged[Cdecl]<SqliteVfs*, byte*, nint, int> SetSystemCall;

    /// <summary>The function that is used now.</summary>
    public delegate* unmanaged[Cdecl]<SqliteVfs*, byte*, nint> GetSystemCall;
}
