using Litestream.Engine.Reports.Html;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Reports;

/// <summary>What a person sees of the HTML, asked of a browser.</summary>
public sealed class RenderedReportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [SkippableTheory]
    [InlineData(1100, "desk")]
    [InlineData(390, "phone")]
    public async Task The_report_is_seen_whole_in_light_and_dark(int width, string name)
    {
        await using var browser = await Chromium.StartAsync();
        var path = Path.Combine(_folder.Path, "report.html");
        var report = SampleReport.Create();
        await File.WriteAllBytesAsync(path, HtmlReport.Write(report with { Replicas = [.. report.Replicas, new(SampleReport.HostileUrl) { Problem = "Nothing is there." }] }));
        await browser.SendAsync("Emulation.setDeviceMetricsOverride", new { width, height = 900, deviceScaleFactor = 1, mobile = false });
        await browser.SendAsync("Page.navigate", new { url = new Uri(path).AbsoluteUri });
        await browser.WaitAsync("Page.loadEventFired");

        var backgrounds = new List<string>();
        foreach (var scheme in (string[])["light", "dark"])
        {
            await browser.SendAsync("Emulation.setEmulatedMedia", new { features = new[] { new { name = "prefers-color-scheme", value = scheme } } });
            backgrounds.Add((string)(await browser.EvaluateAsync("getComputedStyle(document.body).backgroundColor"))!);
            await SaveAsync(browser, $"{name}-{scheme}.png");
        }

        Assert.Equal(2, backgrounds.Distinct().Count());
        Assert.Equal("", (string?)await browser.EvaluateAsync("""
            [...document.querySelectorAll('h1, h2, h3, dd, figure, figure svg, figure rect, figure use, figure text, td.verdict, span.verdict')]
              .filter(e => { const b = e.getBoundingClientRect(); return b.width <= 0 || b.height <= 0; }).map(e => e.outerHTML).join('\n')
            """));
        Assert.Equal("", (string?)await browser.EvaluateAsync("""
            [...document.querySelectorAll('figure text, h2, dd, td, p, span, figcaption')]
              .filter(e => { const b = e.getBoundingClientRect(); return b.width > 0 && (b.left < 0 || b.right > innerWidth + 0.5 || (e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)); })
              .map(e => e.outerHTML).join('\n')
            """));
        Assert.Equal("", (string?)await browser.EvaluateAsync("""
            [...document.querySelectorAll('figure svg')].flatMap(s => { const t = [...s.querySelectorAll('text')].map(e => [e, e.getBoundingClientRect()]);
              return t.flatMap(([a, p], i) => t.slice(i + 1).filter(([b, q]) => p.left < q.right && q.left < p.right && p.top < q.bottom && q.top < p.bottom)
                .map(([b]) => a.textContent + ' / ' + b.textContent)); }).join('\n')
            """));
        Assert.True((bool)(await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!);
        Assert.Equal(4, (int)(await browser.EvaluateAsync("document.querySelectorAll('figure').length"))!);
        Assert.Equal(0, (int)(await browser.EvaluateAsync("document.scripts.length"))!);
        Assert.DoesNotContain(browser.Events, e => (string?)e["method"] is "Log.entryAdded" or "Runtime.consoleAPICalled" or "Runtime.exceptionThrown");
        // the file itself is the one request
        Assert.Single(browser.Events, e => (string?)e["method"] == "Network.requestWillBeSent");
    }

    [SkippableFact]
    public async Task On_paper_it_is_dark_on_white_and_nothing_is_cut_off()
    {
        await using var browser = await Chromium.StartAsync();
        var path = Path.Combine(_folder.Path, "report.html");
        await File.WriteAllBytesAsync(path, HtmlReport.Write(SampleReport.Create()));
        // A4 without its margins, from a browser that is set to dark
        await browser.SendAsync("Emulation.setDeviceMetricsOverride", new { width = 718, height = 1047, deviceScaleFactor = 1, mobile = false });
        await browser.SendAsync("Emulation.setEmulatedMedia", new { media = "print", features = new[] { new { name = "prefers-color-scheme", value = "dark" } } });
        await browser.SendAsync("Page.navigate", new { url = new Uri(path).AbsoluteUri });
        await browser.WaitAsync("Page.loadEventFired");
        await SaveAsync(browser, "print.png");

        Assert.Equal("rgb(255, 255, 255) rgb(28, 36, 48)", (string?)await browser.EvaluateAsync(
            "getComputedStyle(document.body).backgroundColor + ' ' + getComputedStyle(document.body).color"));
        Assert.Equal("", (string?)await browser.EvaluateAsync("""
            [...document.querySelectorAll('body *')].filter(e => getComputedStyle(e).overflowX !== 'visible' && e.scrollWidth > e.clientWidth + 1 && !e.closest('svg'))
              .map(e => e.outerHTML).join('\n')
            """));
        Assert.True((bool)(await browser.EvaluateAsync("document.documentElement.scrollWidth <= innerWidth"))!);
        var paper = await browser.SendAsync("Page.printToPDF", new { printBackground = true, paperWidth = 8.27, paperHeight = 11.69 });
        Assert.StartsWith("%PDF", System.Text.Encoding.ASCII.GetString(Convert.FromBase64String((string)paper["data"]!)), StringComparison.Ordinal);
    }

    private static async Task SaveAsync(Chromium browser, string name)
    {
        if (Environment.GetEnvironmentVariable("LITESTREAM_SCREENSHOTS") is not { Length: > 0 } folder) return;
        var picture = await browser.SendAsync("Page.captureScreenshot", new { captureBeyondViewport = true });
        await File.WriteAllBytesAsync(Path.Combine(folder, name), Convert.FromBase64String((string)picture["data"]!));
    }
}
