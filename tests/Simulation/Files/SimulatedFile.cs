using Litestream.Engine.Files;
using Litestream.Simulation.Disks;
using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Files;

/// <summary>A file that the engine has open.</summary>
internal sealed class SimulatedFile(SimulatedFileSystem files, string path, DiskFile file) : IFile
{
    public long Length
    {
        get
        {
            files.Enter(Operation.Size, path);
            return file.Length;
        }
    }

    public int Read(Span<byte> buffer, long offset)
    {
        files.Enter(Operation.Read, path, offset, buffer.Length);
        return file.Read(buffer, offset);
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        var isTorn = files.Enter(Operation.Write, path, offset, buffer.Length) == Fault.TornWrite;
        files.ShowWrite(path, file, buffer, offset);
        file.Write(isTorn ? buffer[..files.Machine.Random.Next(buffer.Length + 1)] : buffer, offset);
        file.ModifiedAt = files.Machine.Clock.GetUtcNow();
        if (isTorn) files.Tear(path);
    }

    public void SetLength(long length)
    {
        files.Enter(Operation.Truncate, path, length);
        file.SetLength(length);
    }

    public void FlushToDisk()
    {
        files.Enter(Operation.Flush, path);
        file.Flush();
    }

    public void Dispose()
    {
        // closing neither fails nor makes anything durable
    }
}
