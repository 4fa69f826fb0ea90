using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Reports.Pictures;
using Litestream.Engine.Reports.Writing;

namespace Litestream.Engine.Reports.Html;

/// <summary>A replica as the template shows it: texts, and pictures as values.</summary>
internal sealed class ReplicaView(ReplicaReport replica)
{
    public string Url => replica.Url;

    public string? Problem => replica.Problem;

    // a drill may restore what a reading finds to be damaged elsewhere
    public string Verdict => FailedReading?.Result ?? Latest?.Result ?? "Not drilled";

    public string VerdictKind => FailedReading is null && Latest is null ? "skipped" : Wording.Kind(Verdict);

    public string LastDrill => Latest is null ? "never" : Wording.Time(Latest.StartedAt);

    public string Rpo => Latest?.Rpo is { } rpo ? (Latest.RpoIsUpperBound ? "≤ " : "") + Wording.Duration(rpo) : "unknown";

    public string Size => replica.Generations.Count == 0 ? "unknown"
        : SizeText.InUnits(replica.Generations.Sum(g => g.Snapshots.Concat(g.Segments).Sum(o => o.Size)));

    public string From => Windows.Any() ? Wording.Time(Windows.Min(w => w.From)) : NoWindow;

    public string To => Windows.Any() ? Wording.Time(Windows.Max(w => w.To)) : NoWindow;

    public string GapCount => replica.Generations.Count == 0 ? "unknown"
        : replica.Generations.Sum(g => g.Gaps.Count).ToString(CultureInfo.InvariantCulture);

    public Picture? TimeLine => Pictures.TimeLine.Of(replica);

    public Picture? RpoChart => Chart.Line("Recovery point objective of each drill over time",
        [.. replica.Drills.Where(d => d.Rpo is not null).Select(d => (d.StartedAt, d.Rpo!.Value.TotalSeconds, Wording.Kind(d.Result),
            $"{Wording.Duration(d.Rpo.Value)}, {Wording.Time(d.StartedAt)}, {d.Result}"))],
        seconds => Wording.Duration(TimeSpan.FromSeconds(seconds)));

    public Picture? GrowthChart => Chart.Growth("Stored bytes by the age of the objects", replica.Generations, SizeText.InUnits);

    // one report is a point, and the figures tell it
    public Picture? SizeChart => replica.Sizes.Count < 2 ? null : Chart.Line("Size of the replica at each report",
        [.. replica.Sizes.Select(s => (s.Time, (double)s.Bytes, "size", $"{SizeText.InUnits(s.Bytes)}, {Wording.Time(s.Time)}"))], SizeText.InUnits);

    public IReadOnlyList<object> Drills => [.. replica.Drills.Reverse().Select(d => new
    {
        Time = Wording.Time(d.StartedAt), d.Result, Kind = Wording.Kind(d.Result), Duration = Wording.Duration(d.Duration),
        Reached = d.RestoredTo is { } time ? Wording.Time(time) : "–",
        Rpo = d.Rpo is { } rpo ? (d.RpoIsUpperBound ? "≤ " : "") + Wording.Duration(rpo) : "–", d.Message,
        Findings = d.Findings.Select(f => $"{f.Check}: {f.Text}").ToList(),
    })];

    public IReadOnlyList<object> Tests => [.. replica.Tests.Reverse().Select(t => new
    {
        Time = Wording.Time(t.Time), t.Generation, t.Result, Kind = Wording.Kind(t.Result), t.EndProof, t.Damage,
        Read = string.Create(CultureInfo.InvariantCulture, $"{t.ObjectsRead} of {t.ObjectCount}"),
    })];

    public IReadOnlyList<object> Gaps => [.. replica.Generations.SelectMany(g => g.Gaps.Select(r => new
    {
        g.Id, From = Wording.Time(r.From), To = Wording.Time(r.To), Duration = Wording.Duration(r.To - r.From),
    }))];

    private ReportedTest? FailedReading => replica.Tests.GroupBy(t => t.Generation).Select(g => g.Last()).FirstOrDefault(t => Wording.Kind(t.Result) == "failed");

    private ReportedDrill? Latest => replica.Drills.Count > 0 ? replica.Drills[^1] : null;

    // drills alone tell nothing of it
    private string NoWindow => replica.Generations.Count == 0 ? "unknown" : "nowhere";

    private IEnumerable<TimeRange> Windows => replica.Generations.SelectMany(g => g.Windows);
}
