using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Litestream.Engine.Files;

/// <summary>A file of the operating system.</summary>
/// <param name="handle">Its handle; is disposed with it.</param>
/// <param name="path">Its path, for errors.</param>
/// <param name="owner">Whose the handle is; null for its own.</param>
internal sealed class LocalFile(SafeFileHandle handle, string path, IDisposable? owner = null) : IFile
{
    public long Length => RandomAccess.GetLength(handle);

    public int Read(Span<byte> buffer, long offset)
    {
        var total = 0;
        while (total < buffer.Length)
        {
            var read = RandomAccess.Read(handle, buffer[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset) => RandomAccess.Write(handle, buffer, offset);

    public void SetLength(long length) => RandomAccess.SetLength(handle, length);

    public void FlushToDisk()
    {
        if (OperatingSystem.IsWindows())
        {
            RandomAccess.FlushToDisk(handle);
            return;
        }

        // .NET's own flush returns normally when fsync answers EIO or ENOSPC, so ask the system itself.
        while (PosixNative.FSync(handle) != 0)
        {
            var error = Marshal.GetLastPInvokeError();
            if (error != PosixNative.Interrupted)
                throw new IOException($"'{path}' can't be flushed: {Marshal.GetPInvokeErrorMessage(error)}.", error);
        }
    }

    public void Dispose() => (owner ?? handle).Dispose();
}
