using System.Management.Automation;
using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Verification;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Verifying;

namespace Litestream.PowerShell.Commands;

/// <summary>Shows what a replica can be restored to, and where there are gaps.</summary>
[Cmdlet(VerbsCommon.Get, "LitestreamRestorePoint", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamRestoreWindow), typeof(LitestreamRestorePoint))]
public sealed class GetLitestreamRestorePointCommand : ReplicaCommand
{
    private const int WholePercent = 100;

    private ReplicaVerifier _verifier = null!;

    /// <summary>List each point in place of the windows.</summary>
    [Parameter]
    public SwitchParameter All { get; set; }

    /// <summary>Read every object, and believe no name.</summary>
    [Parameter]
    public SwitchParameter Verify { get; set; }

    private protected override void BeginReplica(ReplicaReading reading, ReplicaSource source) => _verifier = new(reading.Replica, Environment);

    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source)
    {
        var replica = source.Replica;
        IReadOnlyList<ReplicaDamage> damages = [];
        if (Verify)
        {
            if (ReadAll(generation, replica) is not { } found)
            {
                WriteVerbose($"The generation {generation.Id} was deleted while it was read.");
                return;
            }

            (generation, damages) = (found.Generation, found.Damages);
        }

        var isEmpty = true;
        var named = new HashSet<string?>();
        RestoreObstacle[] known = [.. damages.Select(d => d.ToObstacle()).OfType<RestoreObstacle>()];
        foreach (var window in Enumerate(new RestoreWindowFinder(reading.Replica).FindAsync(generation, known, PipelineStop), reading))
        {
            isEmpty = false;
            if (!All) named.Add(window.MissingKey);
            if (!All)
            {
                WriteObject(window.ToModel(replica));
                continue;
            }

            foreach (var point in window.Points) WriteObject(point.ToModel(window.Generation, replica));
        }

        if (isEmpty) WriteWarning($"The generation {generation.Id} of '{replica}' can't be restored: it has no snapshot that is sound.");
        else
            foreach (var damage in damages.Where(d => !named.Contains(d.Key)))
            {
                var kind = damage.EndsRestores ? "A gap" : damage.ToObstacle() is null ? "Damage" : "Damage that restores get over, from an older snapshot,";
                WriteWarning($"{kind} of the generation {generation.Id} of '{replica}': {damage.Message}");
            }
    }

    private GenerationVerification? ReadAll(GenerationInfo generation, LitestreamReplica replica)
    {
        var progress = new VerificationProgressView($"generation {generation.Id} of {replica}");
        return WaitWithProgress(token => _verifier.VerifyAsync(generation, null, WholePercent, progress, token), progress);
    }
}
