using System.Globalization;
using Litestream.Engine.Files;

namespace Litestream.Engine.Diagnosis;

/// <summary>Looks whose a database's files are, and whether this account may use them. Nothing is opened. Unix only: on Windows only an attempt would tell.</summary>
internal static class AccessExamination
{
    private const string FilesCheck = "Ownership";
    private const string MetadataCheck = "MetadataFolder";
    private const int ReadWriteBits = 0x1B6; // rw-rw-rw-

    /// <summary>Of the database, its -wal and its -shm.</summary>
    public static IReadOnlyList<EnvironmentFinding> ExamineFiles(string path)
    {
        if (OperatingSystem.IsWindows()) return [new(FindingSeverity.Information, FilesCheck, path, "Whether this account may write the database is not told without an attempt on Windows.")];
        if (FileOwnerReader.Read(path) is not var (owner, _, mode)) return [];
        var findings = new List<EnvironmentFinding>();
        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
        {
            if (FileOwnerReader.Read(file) is not var (other, _, otherMode)) continue;
            if (!May(file, PosixNative.MayRead | PosixNative.MayWrite))
                findings.Add(new(FindingSeverity.Error, FilesCheck, file, $"This account ({Account}) may not read and write '{file}', which belongs to user {other}.",
                    "Replicate as the application's account, or as one that shares a group with it which may write the database, its -wal and its -shm."));
            else if (other != owner || (otherMode & ReadWriteBits) != (mode & ReadWriteBits))
                findings.Add(new(FindingSeverity.Warning, FilesCheck, file, string.Create(CultureInfo.InvariantCulture,
                    $"'{file}' belongs to user {other} with mode {Octal(otherMode)}, the database to user {owner} with {Octal(mode)}: the application may not be able to open it."),
                    "Give it the owner and the mode of the database while nobody has it open; and use the database with one account only."));
        }

        var folder = Path.GetDirectoryName(path)!;
        if (!May(folder, PosixNative.MayWrite | PosixNative.MayEnter))
            findings.Add(new(FindingSeverity.Error, FilesCheck, folder, $"This account ({Account}) may not make files in '{folder}', and SQLite makes -wal and -shm there.",
                "Replicate as the application's account, or let this one write the folder."));
        return findings.Count > 0 ? findings : [EnvironmentFinding.Ok(FilesCheck, path, $"This account ({Account}) may read and write the database, and what lies beside it.")];
    }

    /// <summary>Of the metadata folder, or of the one that it is to be made in.</summary>
    public static EnvironmentFinding ExamineMetadata(string folder)
    {
        var place = folder;
        while (!Path.Exists(place) && Path.GetDirectoryName(place) is { } parent) place = parent;
        var what = place == folder ? "is there" : "does not exist yet";
        if (!OperatingSystem.IsWindows() && !May(place, PosixNative.MayWrite | PosixNative.MayEnter))
            return new(FindingSeverity.Error, MetadataCheck, folder, $"The metadata folder {what}, and this account ({Account}) may not write '{place}'.",
                "Let this account write there, or give another folder with -MetadataPath, or meta-path.");
        return File.Exists(place)
            ? new(FindingSeverity.Error, MetadataCheck, folder, $"'{place}' is a file, where the metadata folder has to be.", "Move it away, or give another folder with -MetadataPath, or meta-path.")
            : EnvironmentFinding.Ok(MetadataCheck, folder, $"The metadata folder {what}{(OperatingSystem.IsWindows() ? "" : ", and this account may write it")}.");
    }

    private static string Account => string.Create(CultureInfo.InvariantCulture, $"user {PosixNative.GetEffectiveUserId()}");

    private static bool May(string path, int mode) => PosixNative.Access(path, mode) == 0;

    private static string Octal(int mode) => Convert.ToString(mode & ReadWriteBits, 8);
}
