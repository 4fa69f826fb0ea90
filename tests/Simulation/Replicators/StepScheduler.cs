namespace Litestream.Simulation.Replicators;

/// <summary>Keeps what the engine would run in the background until the simulation gives it a turn.</summary>
internal sealed class StepScheduler : TaskScheduler
{
    private readonly Queue<Task> _waiting = new();

    public bool HasWork => _waiting.Count > 0;

    /// <summary>Runs one task to its end; others may run at each of its operations.</summary>
    public void RunNext()
    {
        while (_waiting.TryDequeue(out var task) && !TryExecuteTask(task))
        {
            // somebody waited for it and has run it
        }
    }

    protected override IEnumerable<Task> GetScheduledTasks() => _waiting;

    protected override void QueueTask(Task task) => _waiting.Enqueue(task);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
}
