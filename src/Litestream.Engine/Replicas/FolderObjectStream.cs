using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replicas;

/// <summary>An object of a folder replica while it is read; failures get the names that <see cref="IReplicaClient"/> promises.</summary>
internal sealed class FolderObjectStream(IFile file, string path) : ReadOnlyStream
{
    private long _position;

    public override int Read(Span<byte> buffer)
    {
        try
        {
            var read = file.Read(buffer, _position);
            _position += read;
            return read;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, path, "read the replica", ErrorCode.ReplicaUnavailable);
        }
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(Read(buffer.Span));
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) file.Dispose();
        base.Dispose(disposing);
    }
}
