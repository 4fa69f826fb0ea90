using System.Management.Automation;

namespace Litestream.PowerShell.Replications;

/// <summary>The streams of a job, bounded: perhaps nobody ever receives them.</summary>
internal sealed class JobStreams : IEventOutput
{
    private const int RecordLimit = 1000;
    private const int ProgressLimit = 1;

    private readonly Job _job;

    internal JobStreams(Job job)
    {
        _job = job;
        job.Output.EnumeratorNeverBlocks = true;
        job.Error.EnumeratorNeverBlocks = true;
        job.Warning.EnumeratorNeverBlocks = true;
        job.Progress.EnumeratorNeverBlocks = true;
    }

    internal bool HasData =>
        _job.Output.Count > 0 || _job.Error.Count > 0 || _job.Warning.Count > 0 || _job.Progress.Count > 0
        || _job.Verbose.Count > 0 || _job.Debug.Count > 0 || _job.Information.Count > 0;

    public void WriteObject(object sendToPipeline) => Add(_job.Output, PSObject.AsPSObject(sendToPipeline), RecordLimit);

    public void WriteWarning(string text) => Add(_job.Warning, new(text), RecordLimit);

    public void WriteError(ErrorRecord errorRecord) => Add(_job.Error, errorRecord, RecordLimit);

    public void WriteProgress(ProgressRecord progressRecord) => Add(_job.Progress, progressRecord, ProgressLimit);

    // No lock is held here: Add runs the handlers of whoever receives.
    private static void Add<T>(PSDataCollection<T> stream, T record, int limit)
    {
        try
        {
            while (stream.Count >= limit) stream.RemoveAt(0);
            stream.Add(record);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or PSInvalidOperationException or ArgumentOutOfRangeException)
        {
            // removed or received while we wrote: the job is gone, or the stream is short again and loses one old record
        }
    }
}
