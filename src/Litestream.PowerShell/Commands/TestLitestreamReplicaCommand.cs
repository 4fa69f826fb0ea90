using System.Management.Automation;
using Litestream.Engine.Control;
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
using Litestream.PowerShell.Replications;
using Litestream.PowerShell.Verifying;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Reads what a replica holds and tells whether it restores; writes nothing.</summary>
[Cmdlet(VerbsDiagnostic.Test, "LitestreamReplica", DefaultParameterSetName = ReplicaSet)]
[OutputType(typeof(LitestreamReplicaTest))]
public sealed class TestLitestreamReplicaCommand : ReplicaCommand
{
    private const int WholePercent = 100;

    private ReplicaVerifier _verifier = null!;
    private Lazy<SourceKnowledge?> _source = null!;
    private bool? _holdsSource;

    /// <summary>The database that is replicated there: its metadata folder proves the end, or else what it holds.</summary>
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

    private protected override void BeginReplica(ReplicaReading reading, ReplicaSource source) =>
        (_verifier, _source, _holdsSource) = (new(reading.Replica, Environment), new(() => FindSource(reading, source)), null);

    private protected override void WriteGeneration(ReplicaReading reading, GenerationInfo generation, ReplicaSource source)
    {
        // taken before the objects are listed: what is shipped meanwhile is more, never less
        var replica = source.Replica;
        var end = FindEnd(reading, source, generation.Id);
        var known = end is { IsLast: true } || SamplePercent < WholePercent ? null : _source.Value;
        if (known?.Synced is { Position: { } position } synced && synced.Generation == generation.Id) end = KnownEnd.Confirmed(end, position);
        var listed = end is null && known is null ? generation : WaitWithProgress(token => new ReplicaCatalog(reading.Replica).ReadGenerationAsync(generation.Id, token), reading);
        var progress = new VerificationProgressView($"generation {generation.Id} of {replica}");
        _verifier.Source = known?.State;
        var result = listed is null ? null : WaitWithProgress(token => _verifier.VerifyAsync(listed, end, SamplePercent, progress, token), progress);
        if (result is null)
        {
            EnsureOthersAreLeft(reading, generation.Id);
            return;
        }

        if (result.HoldsSource is { } holds) _holdsSource = holds || result.EndProof == EndProof.Lost || _holdsSource == true;
        foreach (var warning in result.Warnings) WriteWarning($"The generation {generation.Id} of '{replica}': {warning}");
        WriteObject(result.ToModel(replica));
        if (!result.Passed) WriteError(FailureOf(result).ToRecord(replica));
    }

    private protected override void EndReplica(ReplicaSource source)
    {
        if (_holdsSource != false) return;
        WriteWarning($"'{_source.Value!.Path}' holds commits that '{source.Replica}' does not: they are not shipped yet, or are gone from its end, which can't be proven.");
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

    private SourceKnowledge? FindSource(ReplicaReading reading, ReplicaSource source)
    {
        var named = source.Database?.Path ?? (Path is null ? null : ResolvePath(Path));
        if (named is null || Environment.Files.Find(named) is not { IsDirectory: false }) return null;
        var shipped = FindShippedEnd(source, reading.Replica.Url);
        if (WaitWithProgress(token => KnownEnd.IsKnownAsync(reading.Replica, shipped, token), reading)) return null;
        var path = Environment.Files.ResolveLink(named);
        if (this.FindReplication(path, reading.Replica.Url) is { } replication)
        {
            var attempt = WaitWithProgress(token => SyncAttempt.MakeAsync(replication, Environment.Time, token), new ElapsedView($"Syncing {path}"));
            if (attempt.Result is { } synced) return new(path, synced, State: null);
            WriteVerbose($"'{path}' is read, as {attempt.WhyNot}");
        }

        try
        {
            var view = new SourceView(path);
            return new(path, Synced: null, WaitWithProgress(token => SourceState.ReadAsync(path, Environment, view, token), view));
        }
        catch (EngineException e)
        {
            WriteWarning($"Whether '{source.Replica}' holds all of '{path}' can't be told: {e.Message}");
            return null;
        }
    }

    private KnownEnd? FindEnd(ReplicaReading reading, ReplicaSource source, GenerationId generation)
    {
        var shipped = FindShippedEnd(source, reading.Replica.Url);
        return WaitWithProgress(token => KnownEnd.FindAsync(reading.Replica, generation, shipped, token), reading);
    }

    private ShippedEnd? FindShippedEnd(ReplicaSource source, string url)
    {
        var (path, metadata) = source.Database is { } database ? (Environment.Files.ResolveLink(database.Path), database.MetadataPath)
            : (Path is null ? null : ResolvePath(Path), MetadataPath is null ? null : ResolvePath(MetadataPath));
        return path is null ? null : ShippedEnd.Find(path, metadata, Environment)?.For(url);
    }

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
