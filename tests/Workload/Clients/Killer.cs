using System.Diagnostics;
using System.Globalization;
using Litestream.Workload.Reports;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Clients;

/// <summary>Starts a writer, kills it in the middle of its commits, and again. With synchronous=FULL a commit spends most of
/// its time between its last frame and the wal-index, which is where it shall die.</summary>
internal static class Killer
{
    private const string DefaultKinds = "autocommit,autocommit,autocommit,autocommit,autocommit,immediate,immediate,large";

    public static int Run(CommandLine line)
    {
        using var session = new ClientSession(line);
        var report = new ClientReport { Client = "killer" };
        while (!session.Stop.IsSet)
        {
            using var victim = Start(session, line);
            victim.OutputDataReceived += (_, e) => Forward(e.Data);
            victim.BeginOutputReadLine();
            session.Wait(120, line.Number("longest", 350));
            victim.Kill();
            victim.WaitForExit();
            report.Done++;
            switch (GhostCommit.Find(session.Path))
            {
                case true: report.Count("ghosts"); break;
                case null: report.Count("unknown"); break;
                default: break;
            }

            session.Wait(100, 600); // the others want to write too
        }

        report.Print();
        return 0;
    }

    private static Process Start(ClientSession session, CommandLine line) => Process.Start(new ProcessStartInfo("dotnet")
    {
        RedirectStandardOutput = true,
        RedirectStandardInput = true,
        ArgumentList =
        {
            typeof(Killer).Assembly.Location, "writer", session.Path, "--writer", line.Text("writer", "1"),
            "--mode", line.Text("mode", DefaultKinds), "--synchronous", "full",
            "--rate", line.Text("rate", "0"), "--autocheckpoint", line.Text("autocheckpoint", "1000"),
            "--busy-timeout", line.Text("busy-timeout", "5000"),
            "--seed", session.Random.Next().ToString(CultureInfo.InvariantCulture),
        },
    }) ?? throw new InvalidOperationException("The writer did not start.");

    private static void Forward(string? text)
    {
        if (text is null || !text.StartsWith("c ", StringComparison.Ordinal)) return;
        Console.Out.Write(text + "\n");
        Console.Out.Flush();
    }
}
