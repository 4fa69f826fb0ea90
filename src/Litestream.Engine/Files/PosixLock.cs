using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Linux's struct flock, as it is on 64-bit machines.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PosixLock
{
    public const short Read = 0;
    public const short Write = 1;
    public const short None = 2;

    public short Type;
    public short Whence;
    public long Start;
    public long Length;

    /// <summary>Whose it is, where it was asked for (fcntl(2)): -1 a descriptor's, 0 a process's of another PID namespace.</summary>
    public int ProcessId;
}
