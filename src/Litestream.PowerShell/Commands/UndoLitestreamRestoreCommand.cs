using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Models;
using EngineException = Litestream.Engine.Errors.LitestreamException;

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

    /// <summary>Where the former one is kept; what a restore has told that made no safety copy is refused.</summary>
    [Parameter(Mandatory = true, Position = 1, ValueFromPipelineByPropertyName = true)]
    [AllowNull]
    [AllowEmptyString]
    public string SafetyCopy { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Destination, () =>
    {
        if (string.IsNullOrEmpty(SafetyCopy))
        {
            throw new EngineException(ErrorCode.InvalidArgument, $"No safety copy was made of '{Destination}': it was restored with -NoSafetyCopy, or nothing was there to keep.", Destination,
                "Nothing can be put back. The former state restores from its replica, if it has one.");
        }

        var (destination, safetyCopy) = (ResolvePath(Destination), ResolvePath(SafetyCopy));
        if (!ShouldProcess(destination, $"Put '{safetyCopy}' back")) return;
        WriteObject(new LitestreamUndoneRestore(destination, new RestoreUndo(Environment).Run(destination, safetyCopy)));
    });
}
