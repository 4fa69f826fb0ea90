using System.Management.Automation;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Commands;

/// <summary>Puts the database back that a restore has replaced.</summary>
[Cmdlet(VerbsCommon.Undo, "LitestreamRestore", SupportsShouldProcess = true)]
[OutputType(typeof(LitestreamUndoneRestore))]
public sealed class UndoLitestreamRestoreCommand : LitestreamCommand
{
    /// <summary>The database that was restored.</summary>
    [Parameter(Mandatory = true, Position = 0, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Where the former one is kept.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [ValidateNotNullOrEmpty]
    public string SafetyCopy { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Destination, () =>
    {
        var (destination, safetyCopy) = (ResolvePath(Destination), ResolvePath(SafetyCopy));
        if (!ShouldProcess(destination, $"Put '{safetyCopy}' back")) return;
        WriteObject(new LitestreamUndoneRestore(destination, new RestoreUndo(Environment).Run(destination, safetyCopy)));
    });
}
