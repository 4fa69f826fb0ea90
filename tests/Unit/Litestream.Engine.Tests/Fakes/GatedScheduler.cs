namespace Litestream.Engine.Tests.Fakes;

/// <summary>Begins tasks on the pool, but only once it is opened.</summary>
internal sealed class GatedScheduler : TaskScheduler
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Open() => _open.TrySetResult();

    protected override void QueueTask(Task task) =>
        _ = _open.Task.ContinueWith(_ => TryExecuteTask(task), CancellationToken.None, TaskContinuationOptions.None, Default);

    protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

    protected override IEnumerable<Task> GetScheduledTasks() => [];
}
