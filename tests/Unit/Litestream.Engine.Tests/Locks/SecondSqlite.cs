using System.Runtime.InteropServices;
using System.Text;
using Xunit;

namespace Litestream.Engine.Tests.Locks;

/// <summary>Another copy of SQLite in this process, as other modules bring one: the same library under another name, with another
/// idea of what is locked.</summary>
internal sealed unsafe class SecondSqlite : IDisposable
{
    private static readonly Lazy<nint> s_library = new(Load);

    private nint _handle;

    private SecondSqlite(nint handle) => _handle = handle;

    public static SecondSqlite Open(string path)
    {
        const int ReadWrite = 2;
        var open = (delegate* unmanaged[Cdecl]<byte*, nint*, int, nint, int>)Function("sqlite3_open_v2");
        nint handle;
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0")) Assert.Equal(0, open(name, &handle, ReadWrite, 0));
        return new(handle);
    }

    public void Execute(string sql)
    {
        var execute = (delegate* unmanaged[Cdecl]<nint, byte*, nint, nint, nint, int>)Function("sqlite3_exec");
        fixed (byte* text = Encoding.UTF8.GetBytes(sql + "\0")) Assert.Equal(0, execute(_handle, text, 0, 0, 0));
    }

    public void Dispose()
    {
        if (_handle == 0) return;
        ((delegate* unmanaged[Cdecl]<nint, int>)Function("sqlite3_close"))(_handle);
        _handle = 0;
    }

    private static nint Function(string name) => NativeLibrary.GetExport(s_library.Value, name);

    private static nint Load()
    {
        Litestream.Engine.Sqlite.SqliteLibrary.EnsureUsable();
        var first = File.ReadLines("/proc/self/maps").First(l => l.Contains("e_sqlite3", StringComparison.Ordinal));
        var copy = Path.Combine(Directory.CreateTempSubdirectory("second-sqlite-").FullName, "libsecond.so");
        File.Copy(first[first.IndexOf('/', StringComparison.Ordinal)..], copy);
        var library = NativeLibrary.Load(copy);
        Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true); // loaded is loaded
        return library;
    }
}
