using System.Management.Automation;

namespace Litestream.PowerShell.Replications;

/// <summary>Where a replication's events go: the streams of a job, or those of a cmdlet, which has these members as it is.</summary>
internal interface IEventOutput
{
    void WriteObject(object sendToPipeline);

    void WriteWarning(string text);

    void WriteError(ErrorRecord errorRecord);

    void WriteProgress(ProgressRecord progressRecord);
}
