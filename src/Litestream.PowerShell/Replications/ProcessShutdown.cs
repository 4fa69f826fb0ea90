using System.Runtime.InteropServices;

namespace Litestream.PowerShell.Replications;

/// <summary>Gives replications their last sync when the process is told to end. On .NET 10 SIGTERM no longer raises ProcessExit, hence
/// both.</summary>
internal static class ProcessShutdown
{
    private static readonly object s_gate = new();
    private static List<PosixSignalRegistration>? s_signals;

    /// <summary>Listens from now on, if it does not already.</summary>
    internal static void Watch()
    {
        lock (s_gate)
        {
            if (s_signals is not null) return;
            s_signals =
            [
                PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => StopAll()),
                PosixSignalRegistration.Create(PosixSignal.SIGHUP, _ => StopAll()),
            ];
            AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();
        }
    }

    /// <summary>How long a script in the foreground may take for its own end, with an exit code of its own.</summary>
    private static readonly TimeSpan s_script = TimeSpan.FromSeconds(2);

    // Leaves the signal's Cancel alone: the process ends once this returns.
    private static void StopAll()
    {
        var sessions = ReplicationRegistry.Sessions;
        foreach (var session in sessions) session.RequestStop();
        foreach (var session in sessions) session.WaitForEnd(session.StopLimit);
        Task.WaitAll([.. sessions.Select(s => s.Returned)], s_script);
    }
}
