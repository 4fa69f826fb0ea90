namespace Litestream.Simulation.Machines;

/// <summary>The one fault that comes next, and the count of those that came.</summary>
internal sealed class FaultPlan
{
    private Fault _fault;
    private int _countdown;
    private Func<SimulatedProcess, Operation, string, bool> _fits = (_, _, _) => true;

    public int CrashPoints { get; private set; }

    public int Faults { get; private set; }

    public bool IsArmed => _fault != Fault.None;

    /// <summary>Operations at which a fault could have come.</summary>
    public long Operations { get; private set; }

    /// <summary>Lets a fault happen at one of the next operations that it fits.</summary>
    /// <param name="fault">What.</param>
    /// <param name="after">How many fitting operations pass before.</param>
    /// <param name="fits">Which operations count.</param>
    public void Arm(Fault fault, int after, Func<SimulatedProcess, Operation, string, bool> fits) =>
        (_fault, _countdown, _fits) = (fault, after, fits);

    public void Disarm() => _fault = Fault.None;

    public Fault Take(SimulatedProcess process, Operation operation, string target)
    {
        Operations++;
        if (_fault == Fault.None || !Applies(_fault, operation) || !_fits(process, operation, target) || _countdown-- > 0) return Fault.None;
        var fault = _fault;
        _fault = Fault.None;
        if (fault is Fault.Crash or Fault.PowerLoss) CrashPoints++;
        else Faults++;
        return fault;
    }

    private static bool Applies(Fault fault, Operation operation) => fault switch
    {
        Fault.Error => operation is not (Operation.Barrier or Operation.Unlock or Operation.Sleep or Operation.Close or Operation.StoreStored),
        Fault.Full => operation is Operation.Write or Operation.Open or Operation.CreateFolder or Operation.StorePut,
        Fault.TornWrite => operation is Operation.Write,
        Fault.StaleListing => operation is Operation.StoreList,
        Fault.DuplicatePut => operation is Operation.StoreStored,
        _ => true,
    };
}
