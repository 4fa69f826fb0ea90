using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Drills;

/// <summary>The private folder of one drill. What a drill that was killed left behind is deleted by the next one there; a folder that is
/// to be kept has another name, and is never deleted.</summary>
internal sealed class DrillFolder : IDisposable
{
    private const string Marker = "litestream-drill-";
    private const string KeptMarker = "litestream-copy-";
    private const string LockSuffix = ".lock";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly IFileSystem _files;
    private readonly IDisposable? _lock;
    private int _isDisposed;

    private DrillFolder(IFileSystem files, string path, IDisposable? held) => (_files, Path, _lock) = (files, path, held);

    /// <summary>Its full path.</summary>
    public string Path { get; }

    /// <summary>Whether it stays.</summary>
    public bool IsKept => _lock is null;

    /// <summary>Makes one.</summary>
    /// <param name="environment">Files and randomness.</param>
    /// <param name="parent">The folder it lies in; created if need be.</param>
    /// <param name="isKept">Whether it stays.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.RestoreTargetUnwritable"/>, <see cref="ErrorCode.DiskFull"/>.</exception>
    public static DrillFolder Create(EngineEnvironment environment, string parent, bool isKept)
    {
        try
        {
            environment.Files.CreateDirectory(parent);
            TidyUp(environment.Files, parent);
            while (true)
            {
                var number = environment.Random.Next().ToString("x8", CultureInfo.InvariantCulture);
                var path = System.IO.Path.Combine(parent, (isKept ? KeptMarker : Marker) + number);
                if (environment.Files.Find(path) is not null) continue;
                // the lock comes first: a folder without one is never taken for abandoned
                var held = isKept ? null : environment.Files.TryLock(path + LockSuffix, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                if (held is null && !isKept) continue;
                environment.Files.CreateDirectory(path, OwnerOnly);
                // somebody else may have been faster where everybody may write
                if (!OperatingSystem.IsWindows()) PrivateFolder.Ensure(path);
                return new(environment.Files, path, held);
            }
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, parent, "make a folder for the drill", ErrorCode.RestoreTargetUnwritable);
        }
    }

    /// <summary>Deletes it, unless it stays.</summary>
    public void Dispose()
    {
        if (!IsKept) Delete();
    }

    /// <summary>Deletes it, also one that was to stay.</summary>
    public void Delete()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0) return;
        try
        {
            using (_lock) _files.DeleteDirectory(Path);
            _files.Delete(Path + LockSuffix);
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            throw FileErrors.Wrap(e, Path, "delete the restored database", ErrorCode.FileError);
        }
    }

    private static void TidyUp(IFileSystem files, string parent)
    {
        foreach (var name in files.List(parent).Where(e => !e.IsDirectory).Select(e => e.Name)
            .Where(n => n.StartsWith(Marker, StringComparison.Ordinal) && n.EndsWith(LockSuffix, StringComparison.Ordinal)))
        {
            var path = System.IO.Path.Combine(parent, name[..^LockSuffix.Length]);
            try
            {
                if (files.TryLock(path + LockSuffix) is { } held) new DrillFolder(files, path, held).Dispose();
            }
            catch (Exception e) when (FileErrors.IsFileError(e) || e is LitestreamException)
            {
                // another account's, as in the folder for temporary files: its own drills see to it
            }
        }
    }
}
