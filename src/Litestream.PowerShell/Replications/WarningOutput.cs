using System.Management.Automation;

namespace Litestream.PowerShell.Replications;

/// <summary>Where the events of a replication go that is not what the user asked to see: what it is worth knowing is a warning.</summary>
/// <param name="cmdlet">Writes, on its own thread.</param>
internal sealed class WarningOutput(Cmdlet cmdlet) : IEventOutput
{
    public void WriteObject(object sendToPipeline)
    {
        if (sendToPipeline is Models.LitestreamReplicationEvent { Severity: "Information" } happened) cmdlet.WriteVerbose(happened.Message);
    }

    public void WriteWarning(string text) => cmdlet.WriteWarning(text);

    public void WriteError(ErrorRecord errorRecord) => cmdlet.WriteWarning(errorRecord.ToString());

    public void WriteProgress(ProgressRecord progressRecord) => cmdlet.WriteProgress(progressRecord);
}
