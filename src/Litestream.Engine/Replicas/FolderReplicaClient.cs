using System.Buffers;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replicas;

/// <summary>A replica in a folder. Objects are files, their time is the file's time of modification.</summary>
internal sealed class FolderReplicaClient : IReplicaClient
{
    /// <summary>Ending of a file that is not complete yet: Litestream and our listing pass over it.</summary>
    private const string PartialSuffix = ".tmp";
    private const int CopyBufferSize = 256 * 1024;

    /// <summary>A slow device gets a large file in parts, so that no single flush takes for ever.</summary>
    private const int FlushSize = 64 << 20;

    private readonly string _root;
    private readonly IFileSystem _files;
    private readonly TimeProvider _time;

    public FolderReplicaClient(string root, IFileSystem files, TimeProvider? time = null)
    {
        (_root, _files, _time) = (root, files, time ?? TimeProvider.System);
        Volume = new(root, _files);
    }

    /// <summary>Where the folder is.</summary>
    public FolderVolume Volume { get; }

    public string Url => _root;

    public bool CostsPerRequest => false;

    /// <summary>Whether the replica is, contains or lies in a folder.</summary>
    /// <param name="folder">Full path of a folder that exists.</param>
    public bool Overlaps(string folder)
    {
        if (_files.Identify(_root) is { } mine && mine == _files.Identify(folder)) return true;
        var (a, b) = (WithSeparator(Path.GetFullPath(_root)), WithSeparator(Path.GetFullPath(folder)));
        return a.StartsWith(b, StringComparison.Ordinal) || b.StartsWith(a, StringComparison.Ordinal);

        static string WithSeparator(string path) => Path.EndsInDirectorySeparator(path) ? path : path + Path.DirectorySeparatorChar;
    }

    public async IAsyncEnumerable<ReplicaObject> ListObjectsAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in await ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (!entry.IsDirectory && !entry.Name.EndsWith(PartialSuffix, StringComparison.Ordinal))
                yield return new(prefix + entry.Name, entry.Length, entry.ModifiedAt);
        }
    }

    public async IAsyncEnumerable<string> ListFoldersAsync(
        string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var entry in await ListAsync(prefix, cancellationToken).ConfigureAwait(false))
        {
            if (entry.IsDirectory) yield return entry.Name;
        }
    }

    public Task<Stream> GetAsync(string key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        return Task.FromResult(Guard<Stream>(path, "read the replica", () =>
        {
            try
            {
                return new FolderObjectStream(_files.Open(path, FileOpenMode.Read), path);
            }
            catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
            {
                throw new LitestreamException(ErrorCode.ObjectMissing, $"The replica '{Url}' has no object '{key}'.", key,
                    "Check whether the object was deleted or moved, or restore to an earlier point.", e);
            }
        }));
    }

    public Task PutAsync(string key, Stream content, DateTimeOffset time, CancellationToken cancellationToken) =>
        PutAsync(PathOf(key), PathOf(key) + PartialSuffix, content, time, overwrite: true, cancellationToken);

    public async Task<VersionedObject?> GetVersionedAsync(string key, CancellationToken cancellationToken)
    {
        var path = PathOf(key);
        if (Guard(path, "read the replica", () => Settled(_files.Find(path))) is null) return null;
        var stream = await GetAsync(key, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            // what lies behind it changes nothing: such a content is no note, and whoever may replace it replaces all of it
            var bytes = await SmallContent.ReadAsync(stream, cancellationToken).ConfigureAwait(false);
            return new(bytes, VersionOf(bytes));
        }
    }

    public async Task<bool> TryPutVersionedAsync(string key, ReadOnlyMemory<byte> content, string? version, CancellationToken cancellationToken)
    {
        if ((await GetVersionedAsync(key, cancellationToken).ConfigureAwait(false))?.Version != version) return false;
        try
        {
            // each of several under a partial name of its own; where nothing was there, the name is given once
            var path = PathOf(key);
            await PutAsync(path, $"{path}.{VersionOf(content.Span)}{PartialSuffix}", new MemoryStream(content.ToArray()), _time.GetUtcNow(),
                overwrite: version is not null, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (LitestreamException) when (version is null && _files.Find(PathOf(key)) is not null)
        {
            return false;
        }
    }

    private async Task PutAsync(string path, string partial, Stream content, DateTimeOffset time, bool overwrite, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(path)!;
        try
        {
            Volume.Check();
            DurableDirectory.Create(_files, folder);
            if (!Volume.WasMounted) Volume.Check(); // now the folder is there
            // Whole and on the device before it gets its name: after a power loss no name may lead to half an object.
            // What an earlier attempt left under the partial name is emptied.
            using (var file = _files.Open(partial, FileOpenMode.Create))
            {
                await CopyAsync(content, file, cancellationToken).ConfigureAwait(false);
                file.FlushToDisk();
            }

            // After closing, because Windows stamps a file that was written when it is closed; before the rename, so that
            // nobody ever sees the object with another time.
            _files.SetModifiedTime(partial, time);
            _files.Rename(partial, path, overwrite);
            // Last: only now the name, and with it the object, survives a power loss.
            _files.FlushDirectory(folder);
            Volume.Check();
        }
        catch (Exception e)
        {
            DeletePartial(partial);
            if (FileErrors.IsFileError(e)) throw Named(e, path, "write the replica");
            throw;
        }
    }

    public Task ConfirmAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var folder = prefix.Length == 0 ? _root : PathOf(prefix.TrimEnd('/'));
        Guard(folder, "flush the replica", () =>
        {
            if (_files.Find(folder) is { IsDirectory: true }) DurableDirectory.Confirm(_files, folder, _root);
            return true;
        });
        return Task.CompletedTask;
    }

    public Task DeleteAsync(IReadOnlyCollection<string> keys, CancellationToken cancellationToken)
    {
        var paths = keys.Select(PathOf).ToList();
        foreach (var path in paths)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Guard(path, "delete from the replica", () =>
            {
                _files.Delete(path);
                return true;
            });
        }

        foreach (var folder in paths.Select(p => Path.GetDirectoryName(p)!).Distinct(StringComparer.Ordinal))
        {
            Guard(folder, "delete from the replica", () =>
            {
                if (_files.Find(folder) is null) return true;
                _files.FlushDirectory(folder);
                DeleteWhereEmpty(folder);
                return true;
            });
        }

        return Task.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>Folders are only there for what is in them; Litestream would take an empty one for a generation.</summary>
    private void DeleteWhereEmpty(string directory)
    {
        for (var folder = directory; folder.Length > _root.Length && _files.List(folder).Count == 0; folder = Path.GetDirectoryName(folder)!)
        {
            _files.DeleteEmptyDirectory(folder);
            _files.FlushDirectory(Path.GetDirectoryName(folder)!);
        }
    }

    private static async Task CopyAsync(Stream content, IFile file, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent((int)Math.Clamp(content.Length - content.Position, 1, CopyBufferSize));
        try
        {
            long offset = 0, flushed = 0;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
            {
                file.Write(buffer.AsSpan(0, read), offset);
                offset += read;
                if (offset - flushed < FlushSize) continue;
                file.FlushToDisk();
                flushed = offset;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Task<IReadOnlyList<FileEntry>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var folder = prefix.Length == 0 ? _root : PathOf(prefix.TrimEnd('/'));
        return Task.FromResult(Guard(folder, "list the replica", () =>
        {
            // Never opened to see what it is: if it is a live database of this process, closing it would drop SQLite's locks.
            if (_files.Find(_root) is { IsDirectory: false })
                throw new LitestreamException(ErrorCode.ReplicaFormatUnknown, $"'{Url}' is a file, not a replica.", Url,
                    "Give the folder that holds 'generations'.");
            return Settled(_files.List(folder));
        }));
    }

    // A key is only ever a path downwards.
    private string PathOf(string key)
    {
        var parts = key.Split('/');
        foreach (var part in parts)
        {
            if (part is "" or "." or ".." || part.AsSpan().IndexOfAny('\\', ':', '\0') >= 0)
                throw new LitestreamException(ErrorCode.InvalidArgument, $"'{key}' can't be the name of an object.", key,
                    "Use names of the replica format only.");
        }

        return Path.Join([_root, .. parts]);
    }

    private static string VersionOf(ReadOnlySpan<byte> content) => Convert.ToHexString(SHA256.HashData(content))[..16];

    private void DeletePartial(string partial)
    {
        try
        {
            _files.Delete(partial);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            // The failure that brought us here says more, and the next attempt empties the file.
        }
    }

    /// <summary>Believes what was seen only if the volume is still there: where it was, nothing says nothing.</summary>
    private T Settled<T>(T seen)
    {
        Volume.Check();
        return seen;
    }

    /// <summary>Does something on the volume of the replica, and never on the one that shows when that is away.</summary>
    private T Guard<T>(string path, string what, Func<T> action)
    {
        try
        {
            Volume.Check();
            return action();
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw Named(e, path, what);
        }
    }

    private static LitestreamException Named(Exception e, string path, string what) => FileErrors.Wrap(
        e, path, what, e is UnauthorizedAccessException ? ErrorCode.ReplicaAccessDenied : ErrorCode.ReplicaUnavailable);
}
