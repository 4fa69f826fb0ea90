using System.Diagnostics;
using System.Management.Automation;
using System.Runtime.InteropServices;

namespace Litestream.PowerShell.Replications;

/// <summary>Gives replications their last sync, and other work the time to delete its files, when the process is told to end. On .NET 10 SIGTERM no longer raises ProcessExit, hence
/// both.</summary>
internal static class ProcessShutdown
{
    private static readonly object s_gate = new();
    private static List<PosixSignalRegistration>? s_signals;
    private static readonly HashSet<InterruptibleWork> s_work = [];
    private static long s_interruptedAt;
    private static bool s_isUnderWay;

    /// <summary>Whether the process ends.</summary>
    internal static bool IsUnderWay => Volatile.Read(ref s_isUnderWay);

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
                // whether that ends the process is the host's to say
                PosixSignalRegistration.Create(PosixSignal.SIGINT, _ => Volatile.Write(ref s_interruptedAt, Stopwatch.GetTimestamp())),
            ];
            AppDomain.CurrentDomain.ProcessExit += (_, _) => StopAll();
        }
    }

    /// <summary>Enters work that is begun.</summary>
    internal static void Add(InterruptibleWork work)
    {
        Watch();
        lock (s_gate) s_work.Add(work);
        if (IsUnderWay) work.Interrupt();
    }

    /// <summary>Forgets work that has ended.</summary>
    internal static void Remove(InterruptibleWork work)
    {
        lock (s_gate) s_work.Remove(work);
    }

    /// <summary>Keeps a script from going on after work that the end of the process has cancelled.</summary>
    internal static PipelineStoppedException HoldScript()
    {
        Thread.Sleep(s_cleaning);
        return new();
    }

    /// <summary>How long a script in the foreground may take for its own end, with an exit code of its own.</summary>
    private static readonly TimeSpan s_script = TimeSpan.FromSeconds(2);

    /// <summary>How long other work may take to delete its files.</summary>
    private static readonly TimeSpan s_cleaning = TimeSpan.FromSeconds(3);

    /// <summary>How long after a Ctrl-C the process may end because of it.</summary>
    private static readonly TimeSpan s_interruption = TimeSpan.FromSeconds(3);

    // Leaves the signal's Cancel alone: the process ends once this returns.
    private static void StopAll()
    {
        Volatile.Write(ref s_isUnderWay, true);
        InterruptibleWork[] work;
        lock (s_gate) work = [.. s_work];
        foreach (var one in work) one.Interrupt();
        var sessions = ReplicationRegistry.Sessions;
        var isInterrupted = Volatile.Read(ref s_interruptedAt) is not 0 and var at && Stopwatch.GetElapsedTime(at) < s_interruption;
        foreach (var session in sessions)
        {
            if (isInterrupted && session.InterruptLimit is { } limit) session.RequestStop(limit);
            else session.RequestStop();
        }

        foreach (var session in sessions) session.WaitForEnd(isInterrupted ? session.InterruptLimit ?? session.StopLimit : session.StopLimit);
        Task.WaitAll([.. sessions.Select(s => s.Returned)], s_script);
        Task.WaitAll([.. work.Select(w => w.Ended)], s_cleaning);
    }
}
