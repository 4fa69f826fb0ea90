using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Litestream.PowerShell.Tests.Hosting;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>The application that owns a database: a process of its own, as two copies of SQLite in one break each other's locks.</summary>
internal sealed class Application : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(1);

    private static readonly string s_program = Path.Combine(
        Repository.Root, "tests", "Workload", "bin", new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name, "net10.0", "Workload.dll");

    private readonly Process _process;
    private long _confirmed;

    private Application(params string[] arguments) =>
        _process = Process.Start(new ProcessStartInfo("dotnet", [s_program, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

    /// <summary>Makes a database.</summary>
    public static void Create(string database, string journalMode = "wal") => Run("create", database, "--journal-mode", journalMode);

    /// <summary>Commits so many transactions, and ends.</summary>
    public static void Write(string database, int commits)
    {
        using var writer = StartWriter(database);
        writer.WaitForCommits(commits);
    }

    /// <summary>Writes until it is disposed.</summary>
    public static Application StartWriter(string database) => new("writer", database, "--rate", "50");

    /// <summary>Checkpoints in all modes until it is disposed.</summary>
    public static Application StartCheckpointer(string database) => new("checkpointer", database, "--longest", "20");

    /// <summary>Fails unless a database is whole and stands at a committed state.</summary>
    /// <returns>The number of the writer's last row in it.</returns>
    public static long Verify(string database)
    {
        using var found = JsonDocument.Parse(Run("verify", database));
        return found.RootElement.GetProperty("Writers").GetProperty("1").GetInt64();
    }

    /// <summary>A digest of all that is in a database.</summary>
    public static string State(string database) => Run("state", database).Trim();

    /// <summary>Returns when so many more commits are confirmed.</summary>
    public void WaitForCommits(int count)
    {
        while (count > 0)
            if (TakeCommit(_process.StandardOutput.ReadLine() ?? throw new InvalidOperationException("The application has ended."))) count--;
    }

    /// <summary>Lets a writer end.</summary>
    /// <returns>The number of the last row that it knows to be committed.</returns>
    public long End()
    {
        _process.StandardInput.Close();
        while (_process.StandardOutput.ReadLine() is { } line) TakeCommit(line);
        return _confirmed;
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.StandardOutput.ReadToEnd();
        if (!_process.WaitForExit(s_limit)) _process.Kill();
        _process.Dispose();
    }

    private bool TakeCommit(string line)
    {
        if (line.Split(' ') is not ["c", _, var row, _]) return false;
        _confirmed = long.Parse(row, CultureInfo.InvariantCulture);
        return true;
    }

    private static string Run(params string[] arguments)
    {
        using var application = new Application(arguments);
        var output = application._process.StandardOutput.ReadToEnd();
        application._process.WaitForExit();
        return application._process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"The application ended with {application._process.ExitCode}: {output}");
    }
}
