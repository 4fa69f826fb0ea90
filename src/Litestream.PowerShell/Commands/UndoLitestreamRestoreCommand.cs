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
    [Alias("PSPath")]
    [ValidateNotNullOrEmpty]
    public string Destination { get; set; } = string.Empty;

    /// <summary>Where the former one is kept; without it, the only one that restores have kept beside the database.</summary>
    // null is what a restore tells that had nothing to keep
    [Parameter(Position = 1, ValueFromPipelineByPropertyName = true)]
    public string? SafetyCopy { get; set; } = string.Empty;

    /// <inheritdoc/>
    protected override void ProcessRecord() => Try(Destination, () =>
    {
        var (destination, undo) = (ResolvePath(Destination), new RestoreUndo(Environment));
        var safetyCopy = SafetyCopy switch
        {
            "" => undo.FindSafetyCopy(destination),
            null => throw new EngineException(
                ErrorCode.InvalidArgument, $"No safety copy was made of '{destination}': it was restored with -NoSafetyCopy, or nothing was there to keep.", destination,
                "There is nothing to put back. What an earlier restore has kept is put back where SafetyCopy names it, and the former state restores from its replica, if it has one."),
            var given => ResolvePath(given),
        };
        if (!ShouldProcess(destination, $"Put '{safetyCopy}' back")) return;
        WriteObject(new LitestreamUndoneRestore(destination, undo.Run(destination, safetyCopy)));
    });
}
