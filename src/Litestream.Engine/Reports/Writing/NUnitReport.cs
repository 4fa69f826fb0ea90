using System.Globalization;
using System.Text;
using System.Xml;
using System.Xml.Linq;

namespace Litestream.Engine.Reports.Writing;

/// <summary>The drills and readings of a report as test results in NUnit 3's XML, which build systems read.</summary>
public static class NUnitReport
{
    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <returns>UTF-8 XML.</returns>
    public static byte[] Write(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        XElement[] suites = [.. report.Replicas.Select((r, i) => Suite("TestFixture", $"1-{i + 1}", r.Url, CasesOf(r, i)))];
        var run = Suite("Assembly", "1-0", "Litestream", suites);
        string[] ofSuitesAlone = ["type", "id", "runstate"];
        var document = new XDocument(new XElement("test-run", new XAttribute("id", "0"), run.Attributes().Where(a => !ofSuitesAlone.Contains(a.Name.LocalName)), run));
        // of a run without any test, too
        document.Root!.SetAttributeValue("start-time", document.Root.Attribute("start-time")?.Value ?? Format(report.CreatedAt));
        document.Root.SetAttributeValue("end-time", document.Root.Attribute("end-time")?.Value ?? Format(report.CreatedAt));
        using var stream = new MemoryStream();
        // names are the admin's, and XML can't hold every character that a file name can
        using (var writer = XmlWriter.Create(stream, new() { Indent = true, Encoding = new UTF8Encoding(false) })) document.Save(writer);
        return stream.ToArray();
    }

    private static IEnumerable<XElement> CasesOf(ReplicaReport replica, int number)
    {
        var drills = replica.Drills.Select(d => Case(replica.Url, $"Drill {Stamp(d.StartedAt)}", d.Result, d.Duration, d.StartedAt, Reason(d)));
        var tests = replica.Tests.Select(t => Case(replica.Url, $"Generation {t.Generation} {Stamp(t.Time)}", t.Result, t.Duration, t.Time,
            t.Damage.Count > 0 ? string.Join("\n", t.Damage) : t.EndProof == "Lost" ? "Objects are gone from the end." : null));
        return drills.Concat(tests).Select((e, i) =>
        {
            e.SetAttributeValue("id", string.Create(CultureInfo.InvariantCulture, $"1-{number + 1}-{i + 1}"));
            return e;
        });
    }

    private static string? Reason(ReportedDrill drill) => drill.Message is null ? null
        : string.Join("\n", [$"{drill.ErrorId}: {drill.Message}", .. drill.Findings.Select(f => f.Text)]);

    private static XElement Case(string url, string name, string result, TimeSpan duration, DateTimeOffset start, string? reason)
    {
        var message = new XElement("message", new XCData(Clean(reason ?? result)));
        return new("test-case", new XAttribute("name", Clean(name)), new XAttribute("fullname", Clean($"{url} {name}")),
            new XAttribute("methodname", Clean(name)), new XAttribute("classname", Clean(url)), new XAttribute("runstate", "Runnable"),
            new XAttribute("result", result is "Passed" or "Failed" or "Skipped" or "Inconclusive" ? result : "Inconclusive"),
            new XAttribute("start-time", Format(start)), new XAttribute("end-time", Format(start + duration)),
            new XAttribute("duration", duration.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture)), new XAttribute("asserts", 1),
            result switch { "Passed" => null, "Failed" => new XElement("failure", message), _ => new XElement("reason", message) });
    }

    private static XElement Suite(string type, string id, string name, IEnumerable<XElement> content)
    {
        XElement[] items = [.. content];
        XElement[] cases = [.. items.SelectMany(e => e.DescendantsAndSelf("test-case"))];
        int Count(string result) => cases.Count(c => c.Attribute("result")!.Value == result);
        var overall = Count("Failed") > 0 ? "Failed" : Count("Inconclusive") > 0 || cases.Length == 0 ? "Inconclusive" : Count("Passed") > 0 ? "Passed" : "Skipped";
        var seconds = cases.Sum(c => double.Parse(c.Attribute("duration")!.Value, CultureInfo.InvariantCulture));
        return new("test-suite", new XAttribute("type", type), new XAttribute("id", id), new XAttribute("name", Clean(name)), new XAttribute("fullname", Clean(name)),
            new XAttribute("testcasecount", cases.Length), new XAttribute("runstate", "Runnable"), new XAttribute("result", overall),
            new XAttribute("total", cases.Length), new XAttribute("passed", Count("Passed")), new XAttribute("failed", Count("Failed")),
            new XAttribute("warnings", 0), new XAttribute("inconclusive", Count("Inconclusive")), new XAttribute("skipped", Count("Skipped")),
            new XAttribute("asserts", cases.Length), new XAttribute("duration", seconds.ToString("F6", CultureInfo.InvariantCulture)),
            // in this form they sort as times do
            cases.Length == 0 ? null : new XAttribute("start-time", cases.Min(c => c.Attribute("start-time")!.Value)!),
            cases.Length == 0 ? null : new XAttribute("end-time", cases.Max(c => c.Attribute("end-time")!.Value)!), items);
    }

    private static string Format(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Stamp(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private static string Clean(string text) => string.Concat(text.EnumerateRunes().Select(r =>
        r.IsBmp && !XmlConvert.IsXmlChar((char)r.Value) ? "\uFFFD" : r.ToString()));
}
