namespace Litestream.PowerShell.Models;

/// <summary>How Export-LitestreamReport writes.</summary>
public enum LitestreamReportFormat
{
    /// <summary>One HTML file with pictures, for people.</summary>
    Html,

    /// <summary>All of it as JSON; later reports read it as their history.</summary>
    Json,

    /// <summary>The drills and readings as NUnit 3 test results, for build systems.</summary>
    NUnitXml,
}
