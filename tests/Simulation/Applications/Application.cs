using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Applications;

/// <summary>A process that uses the database: a script that goes on by one statement a step.</summary>
internal abstract class Application(Machine machine, string path, string name)
{
    private IEnumerator<int>? _script;
    private TimeSpan _sleepsUntil;

    public string Name => name;

    /// <summary>The process; null while it does not run.</summary>
    public SimulatedProcess? Process { get; private set; }

    /// <summary>Whether it is in the middle of a step.</summary>
    public bool IsBusy { get; private set; }

    protected Machine Machine => machine;

    protected Random Random => machine.Random;

    protected string DatabasePath => path;

    protected Connection? Connection { get; private set; }

    /// <summary>Runs its next statement; starts it if it does not run.</summary>
    public void Step()
    {
        if (IsBusy || _sleepsUntil > machine.Clock.Elapsed) return;
        if (Process is null or { IsDead: true }) Start();
        IsBusy = true;
        machine.Run(Process!, () => _script!.MoveNext(), Close);
        IsBusy = false;
        if (Process!.IsDead) _sleepsUntil = machine.Clock.Elapsed + TimeSpan.FromMilliseconds(Random.Next(1, 500));
    }

    /// <summary>Ends the process from outside.</summary>
    public void Kill()
    {
        if (Process is not { IsDead: false } process || IsBusy) return;
        machine.Kill(process);
        machine.Run(process, () => { }, Close);
    }

    /// <summary>Exits in order.</summary>
    public void Exit()
    {
        if (Process is not { IsDead: false } process || IsBusy) return;
        IsBusy = true;
        machine.Run(process, Close, Close);
        IsBusy = false;
        machine.Processes.Remove(process);
        Process = null;
    }

    /// <summary>Does not start before that time has passed.</summary>
    public void StayAway(TimeSpan time) => _sleepsUntil = machine.Clock.Elapsed + time;

    /// <summary>What it does for ever; what is yielded means nothing.</summary>
    protected abstract IEnumerable<int> Script();

    /// <summary>Opens the connection. False when that fails.</summary>
    protected bool TryOpen(int busyTimeout, params string[] pragmas)
    {
        var isOpen = Try(() =>
        {
            Connection = Connection.Open(path, busyTimeout);
            foreach (var pragma in pragmas) Connection.Execute(pragma);
        });
        if (!isOpen) Close();
        return isOpen;
    }

    protected void Close()
    {
        Connection?.Dispose();
        Connection = null;
    }

    protected void Sleep(int milliseconds) => _sleepsUntil = machine.Clock.Elapsed + TimeSpan.FromMilliseconds(milliseconds);

    protected static bool Try(Action action)
    {
        try
        {
            action();
            return true;
        }
        catch (SqlException)
        {
            return false;
        }
    }

    private void Start()
    {
        Connection = null;
        Process = machine.Start(name);
        _script = Script().GetEnumerator();
    }
}
