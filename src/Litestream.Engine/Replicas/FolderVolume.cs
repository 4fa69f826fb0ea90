using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replicas;

/// <summary>
/// Tells a replica's folder that was deleted from one whose volume is not mounted: what is left then is the empty mount point on
/// the system's own volume, and a replica made there would fill the wrong disk, unnoticed until it is needed. A folder that once was
/// on a volume of its own is therefore never made, or written to, on the volume that holds the root of its path.
/// </summary>
/// <param name="folder">Full path of the folder.</param>
/// <param name="files">Where.</param>
internal sealed class FolderVolume(string folder, IFileSystem files)
{
    /// <summary>Whether the folder was seen on a volume of its own.</summary>
    public bool WasMounted { get; set; }

    /// <summary>Is called before <see cref="WasMounted"/> becomes true, to remember it over a restart.</summary>
    public Action Seen { get; set; } = () => { };

    /// <summary>Looks where the folder is, or would be made.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaUnavailable"/> when its volume is not there.</exception>
    public void Check()
    {
        var (place, found) = Nearest();
        var isMounted = found is not null && found.Value.Device != files.Identify(Path.GetPathRoot(folder)!)?.Device;
        if (WasMounted && !isMounted)
            throw new LitestreamException(ErrorCode.ReplicaUnavailable,
                $"The volume of the replica '{folder}' is not mounted: '{place}' is on the volume of '{Path.GetPathRoot(folder)}' now.", folder,
                "Mount the volume, and replication goes on; to replicate to this volume from now on, use a replica folder of another name.");
        if (WasMounted || place != folder || !isMounted) return;
        Seen();
        WasMounted = true;
    }

    private (string Path, FileIdentity? Identity) Nearest()
    {
        for (var path = folder; ; path = Path.GetDirectoryName(path)!)
        {
            if (files.Identify(path) is { } identity) return (path, identity);
            if (Path.GetDirectoryName(path) is null) return (path, null);
        }
    }
}
