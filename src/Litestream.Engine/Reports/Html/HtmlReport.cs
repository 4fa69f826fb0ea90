using System.Globalization;
using System.Text;
using HandlebarsDotNet;
using Litestream.Engine.Reports.Writing;

namespace Litestream.Engine.Reports.Html;

/// <summary>A report as one HTML file that needs nothing else. The template engine escapes all that it puts in.</summary>
public static class HtmlReport
{
    private static readonly Lazy<HandlebarsTemplate<object, object>> s_template = new(Compile);

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(Report report)
    {
        ArgumentNullException.ThrowIfNull(report);
        ReplicaView[] replicas = [.. report.Replicas.Select(r => new ReplicaView(r))];
        return Encoding.UTF8.GetBytes(s_template.Value(new { CreatedAt = Wording.Time(report.CreatedAt), Replicas = replicas }));
    }

    private static HandlebarsTemplate<object, object> Compile()
    {
        var handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            FormatProvider = CultureInfo.InvariantCulture,
            ThrowOnUnresolvedBindingExpression = true,
        });
        handlebars.RegisterTemplate("picture", Read("picture.hbs"));
        return handlebars.Compile(Read("report.hbs"));
    }

    private static string Read(string name)
    {
        using var reader = new StreamReader(typeof(HtmlReport).Assembly.GetManifestResourceStream(typeof(HtmlReport), name)!);
        return reader.ReadToEnd();
    }
}
