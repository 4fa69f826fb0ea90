using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Litestream.Servers;

/// <summary>A server's process: it ends with the tests, or by itself after a while.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);
    private static readonly Lock s_gate = new();
    private static readonly List<Process> s_running = [];

    private readonly Process _process;

    static ServerProcess() => AppDomain.CurrentDomain.ProcessExit += (_, _) => KillAll();

    private ServerProcess(Process process) => _process = process;

    /// <summary>After this time one that is started from now on ends by itself.</summary>
    public static TimeSpan Lifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>Whether programs are installed.</summary>
    public static bool Has(params string[] programs) => programs.Append("timeout").All(p => FindOnPath(p) is not null);

    public static ServerProcess Start(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(FindOnPath("timeout")!, ["--signal=KILL", Text((int)Lifetime.TotalSeconds), FindOnPath(program)!, .. arguments])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        var process = Process.Start(start)!;
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        lock (s_gate) s_running.Add(process);
        return new(process);
    }

    /// <summary>Runs a program to its end.</summary>
    public static async Task<string> RunAsync(string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? variables = null)
    {
        var start = new ProcessStartInfo(FindOnPath(program)!, arguments) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var (name, value) in variables ?? new Dictionary<string, string>()) start.Environment[name] = value;
        using var process = Process.Start(start)!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var patience = new CancellationTokenSource(s_patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await errors}");
    }

    /// <summary>Returns when something answers.</summary>
    public static async Task AnswersAsync(Uri endpoint)
    {
        using var http = new HttpClient();
        using var patience = new CancellationTokenSource(s_patience);
        while (true)
        {
            try
            {
                await http.GetAsync(endpoint, patience.Token);
                return;
            }
            catch (HttpRequestException)
            {
                await Task.Delay(50, patience.Token);
            }
        }
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>Ends it at once, as a power loss does.</summary>
    public void Dispose()
    {
        lock (s_gate) s_running.Remove(_process);
        Kill(_process);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void KillAll()
    {
        lock (s_gate)
        {
            foreach (var process in s_running) Kill(process);
        }
    }

    /// <summary>In one step, by the group that timeout makes for itself and the server: who runs the tests does not wait long for their end, and one process after the other might not all be
    /// ended by then.</summary>
    private static void Kill(Process process)
    {
        const int KillSignal = 9;
        if (process.HasExited || SendSignal(-process.Id, KillSignal) == 0) return;
        process.Kill(entireProcessTree: true);
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int SendSignal(int process, int signal);

    // Debian keeps what is for administrators out of a user's PATH
    private static string? FindOnPath(string name) => $"{Environment.GetEnvironmentVariable("PATH")}{Path.PathSeparator}/usr/sbin{Path.PathSeparator}/sbin"
        .Split(Path.PathSeparator).Where(f => f.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);
}
