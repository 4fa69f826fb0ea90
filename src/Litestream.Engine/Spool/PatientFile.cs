using Litestream.Engine.Files;

namespace Litestream.Engine.Spool;

/// <summary>A file on a device that is not waited for without end; see <see cref="DevicePatience"/>.</summary>
/// <param name="file">The file; is disposed with this one.</param>
internal sealed class PatientFile(IFile file) : IFile
{
    public long Length => DevicePatience.Ask(() => file.Length);

    public int Read(Span<byte> buffer, long offset)
    {
        if (DevicePatience.IsUnlimited) return file.Read(buffer, offset);
        var size = buffer.Length;
        var content = DevicePatience.Ask(() =>
        {
            var read = new byte[size];
            return read.AsMemory(0, file.Read(read, offset));
        });
        content.Span.CopyTo(buffer);
        return content.Length;
    }

    public void Write(ReadOnlySpan<byte> buffer, long offset)
    {
        if (DevicePatience.IsUnlimited)
        {
            file.Write(buffer, offset);
            return;
        }

        // a copy: the caller may use the buffer again while the device still reads it
        var content = buffer.ToArray();
        DevicePatience.Do(() => file.Write(content, offset));
    }

    public void SetLength(long length) => DevicePatience.Do(() => file.SetLength(length));

    public void FlushToDisk() => DevicePatience.Do(file.FlushToDisk);

    public void Dispose() => DevicePatience.Close(file);
}
