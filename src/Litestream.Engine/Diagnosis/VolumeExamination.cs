using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Diagnosis;

/// <summary>Looks at the volumes that a database, its metadata folder and its replicas are on.</summary>
/// <param name="files">Where.</param>
/// <param name="read">Tells of the volume of a path that exists.</param>
internal sealed class VolumeExamination(IFileSystem files, Func<string, VolumeInfo> read)
{
    private const string SpaceCheck = "FreeSpace";
    private const string KindCheck = "FileSystem";

    /// <summary>Below this nothing works for long.</summary>
    private const long Least = 16 << 20;

    /// <summary>Of a database.</summary>
    public IEnumerable<EnvironmentFinding> ExamineDatabase(string path, long size) => Examine(path, size, volume => volume switch
    {
        { IsNetwork: true } => new(FindingSeverity.Error, KindCheck, path, $"The database is on a network drive ({volume.Kind}), where SQLite's WAL mode does not work.",
            "Put the database on a disk of this machine."),
        { IsMemory: true } => new(FindingSeverity.Warning, KindCheck, path, $"The database is in memory ({volume.Kind}) and gone when the machine starts again.",
            "Put it on a disk, or restore it at each start."),
        _ => EnvironmentFinding.Ok(KindCheck, path, $"The database is on a local volume ({volume.Kind})."),
    });

    /// <summary>Of a metadata folder, which need not exist yet.</summary>
    public IEnumerable<EnvironmentFinding> ExamineMetadata(string folder, long databaseSize) => Examine(folder, databaseSize, volume => volume switch
    {
        { IsNetwork: true } => new(FindingSeverity.Warning, KindCheck, folder, $"The metadata folder is on a network drive ({volume.Kind}): every commit waits there.",
            "Give a folder on a disk of this machine with -MetadataPath, or meta-path."),
        { IsMemory: true } => new(FindingSeverity.Warning, KindCheck, folder, $"The metadata folder is in memory ({volume.Kind}): after each start of the machine a new snapshot is needed, and what was not shipped by then is lost with the database.",
            "Give a folder on a disk with -MetadataPath, or meta-path."),
        _ => EnvironmentFinding.Ok(KindCheck, folder, $"The metadata folder is on a local volume ({volume.Kind})."),
    });

    /// <summary>Of a replica in a folder, which need not exist yet.</summary>
    /// <param name="folder">The replica.</param>
    /// <param name="databasePath">The database; null if it is not known.</param>
    /// <param name="databaseSize">Its bytes; 0 if it is not known.</param>
    public IEnumerable<EnvironmentFinding> ExamineReplica(string folder, string? databasePath, long databaseSize) => Examine(folder, databaseSize, volume =>
    {
        var isSame = databasePath is not null && files.Identify(Nearest(databasePath)) is { } database && files.Identify(Nearest(folder)) is { } replica && database.Device == replica.Device;
        return volume switch
        {
            { IsMemory: true } => new(FindingSeverity.Warning, KindCheck, folder, $"The replica is in memory ({volume.Kind}) and gone when the machine starts again.", "Put it on a disk."),
            _ when isSame => new(FindingSeverity.Warning, KindCheck, folder, "The replica is on the database's own volume: what takes one takes both.",
                "Put it on another disk, or in S3; or give the database a second replica there."),
            _ when databasePath is null => EnvironmentFinding.Ok(KindCheck, folder, $"The replica is on a disk or a share ({volume.Kind})."),
            _ => EnvironmentFinding.Ok(KindCheck, folder, $"The replica is on another volume than the database ({volume.Kind})."),
        };
    });

    private IEnumerable<EnvironmentFinding> Examine(string path, long needed, Func<VolumeInfo, EnvironmentFinding> judge)
    {
        VolumeInfo volume;
        try
        {
            volume = read(Nearest(path));
        }
        catch (Exception e) when (FileErrors.IsFileError(e) || e is ArgumentException)
        {
            return [new(FindingSeverity.Information, KindCheck, path, $"Its volume can't be examined: {e.Message}")];
        }

        return [judge(volume), JudgeSpace(path, volume.FreeBytes, needed)];
    }

    private static EnvironmentFinding JudgeSpace(string path, long free, long needed)
    {
        var text = free == long.MaxValue ? "Its free space is not told." : $"{SizeText.InUnits(free)} are free.";
        return free < Least ? new(FindingSeverity.Error, SpaceCheck, path, text, "Free space on that volume, or use another one.")
            : free < needed ? new(FindingSeverity.Warning, SpaceCheck, path, $"{text[..^1]}, less than the database has ({SizeText.InUnits(needed)}).",
                "A snapshot may need as much as the database: free space on that volume, or use another one.")
            : EnvironmentFinding.Ok(SpaceCheck, path, text);
    }

    private string Nearest(string path)
    {
        while (files.Find(path) is null && Path.GetDirectoryName(path) is { } parent) path = parent;
        return path;
    }
}
