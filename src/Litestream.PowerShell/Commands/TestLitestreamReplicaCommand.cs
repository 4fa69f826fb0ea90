using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replication;
using Litestream.Engine.Spool;
using Litestream.Engine.Verification;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Configurations;
using Litestream.PowerShell.Errors;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Verifying;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Reads what a replica holds and tells whether it restores; writes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LitestreamReplica", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamReplicaTest))]
public sealed class TestLitestreamReplicaCommand : ReplicaCommand
{
    private const int WholePercent = 100;

    /// <summary>The database that is replicated there: its metadata folder proves the end.</summary>
    [Parameter(ParameterSetName = ReplicaSet)]
    [ValidateNotNullOrEmpty]
    public string? Path { get; set; }

    /// <summary>The metadata folder, if it is not the one beside the database.</summary>
    [Parameter(ParameterSetName = ReplicaSet)]
    [ValidateNotNullOrEmpty]
    public string? MetadataPath { get; set; }

    /// <summary>Read only so many percent of the objects, chosen at random.</summary>
    [Parameter]
    [ValidateRange(1, WholePercent)]
    public int SamplePercent { get; set; } = WholePercent;

    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source)
    {
        // taken before the objects are listed: what is shipped meanwhile is more, never less
        var replica = source.Replica;
        var end = FindEnd(reading, source, generation.Id);
        var listed = end is null ? generation : WaitWithProgress(token => new ReplicaCatalog(reading.Replica).GetGenerationAsync(generation.Id, token), reading);
        var progress = new VerificationProgressView($"generation {generation.Id} of {replica}");
        var result = WaitWithProgress(token => new ReplicaVerifier(reading.Replica, Environment).VerifyAsync(listed, end, SamplePercent, progress, token), progress);
        if (result is null)
        {
            EnsureOthersAreLeft(reading, generation.Id);
            return;
        }

        foreach (var warning in result.Warnings) WriteWarning($"The generation {generation.Id} of '{replica}': {warning}");
        WriteObject(result.ToModel(replica));
        if (!result.Passed) WriteError(FailureOf(result).ToRecord(replica));
    }

    private protected override void WriteMissing(ReplicaReading reading, ReplicaSource source)
    {
        var noted = WaitWithProgress(token => LostGeneration.FindAsync(reading.Replica, token), reading)?.Generation;
        if (noted is not null)
        {
            WriteLost(noted, $"The generation {noted}, to which '{source.Replica}' was shipped at the last stop of its replication, is not there any more, or the note of it, '{ReplicaHead.Key}', "
                + "is of another replica.");
        }

        foreach (var marked in Enumerate(LostGeneration.FindByMarksAsync(reading.Replica, PipelineStop), reading).Select(g => g.ToString()).Where(g => g != noted))
            WriteLost(marked, $"Of the generation {marked} of '{source.Replica}' nothing is left but the marks that its snapshots were stored.");

        void WriteLost(string generation, string message)
        {
            WriteObject(new LitestreamReplicaTest(
                source.Replica, generation, "Failed", nameof(EndProof.Lost), End: null, ObjectsRead: 0, ObjectCount: 0, BytesRead: 0, UnreachableCount: 0, Damage: [], TimeSpan.Zero)
            {
                StartedAt = Environment.Time.GetUtcNow(),
            });
            WriteError(new EngineException(ErrorCode.ObjectMissing, message, generation, "Put it back, or start replication with -NewGeneration.").ToRecord(source.Replica));
        }
    }

    private KnownEnd? FindEnd(ReplicaReading reading, ReplicaSource source, GenerationId generation)
    {
        var shipped = FindShippedEnd(source);
        return WaitWithProgress(token => KnownEnd.FindAsync(reading.Replica, generation, shipped, token), reading);
    }

    private ShippedEnd? FindShippedEnd(ReplicaSource source) => source.Database is { } database
        ? ShippedEnd.Find(Environment.Files.ResolveLink(database.Path), database.MetadataPath, Environment)
        : Path is null ? null : ShippedEnd.Find(ResolvePath(Path), MetadataPath is null ? null : ResolvePath(MetadataPath), Environment);

    // deleted as a whole since it was listed: retention does that to an old one, while a newer one is there
    private void EnsureOthersAreLeft(ReplicaReading reading, GenerationId deleted)
    {
        var catalog = new ReplicaCatalog(reading.Replica);
        if (Generation is not null) WaitWithProgress(token => catalog.GetGenerationAsync(deleted, token), reading);
        var left = Enumerate(catalog.ListGenerationsAsync(PipelineStop), reading).Count();
        WriteVerbose($"The generation {deleted} was deleted while it was read; {left} are left.");
    }

    // what restores do not get over before all else
    private static EngineException FailureOf(GenerationVerification result) => result.Damages.OrderByDescending(d => d.EndsRestores).FirstOrDefault() is { } first
        ? new(first.Code, $"The generation {result.Generation.Id} is damaged ({result.Damages.Count} found): {first.Message}", first.Key,
            !first.EndsRestores ? "Put back an intact copy of the object, or start replication with -NewGeneration."
            : first.LastGood is { } good ? $"It restores up to index {good.Index}, offset {good.Offset}." : "Put back an intact copy of the object, or restore another generation.")
        : new(ErrorCode.ObjectMissing, $"The generation {result.Generation.Id} ends at {result.End?.ToString() ?? "an earlier object"}, before what was shipped of it.",
            result.Generation.Id.ToString(), "Objects are gone from its end: put them back, or start replication with -NewGeneration.");
}
