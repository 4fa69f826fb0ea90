using System.Management.Automation;
using Litestream.Engine.Errors;
using Litestream.Engine.Reports;
using Litestream.Engine.Reports.Html;
using Litestream.Engine.Reports.Writing;
using Litestream.PowerShell.Abstractions;
using Litestream.PowerShell.Internal;
using Litestream.PowerShell.Models;
using Litestream.PowerShell.Reports;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Commands;

/// <summary>Writes what replicas hold, and what was proven of them, as one file.</summary>
[Cmdlet(VerbsData.Export, "LitestreamReport", SupportsShouldProcess = true)]
[OutputType(typeof(FileInfo))]
public sealed class ExportLitestreamReportCommand : StoreCommand
{
    /// <summary>Whatever drive the session is in.</summary>
    private const string FileSystem = @"Microsoft.PowerShell.Core\FileSystem::";

    private readonly ReportBuilder _report = new(Environment.Time.GetUtcNow());
    private readonly List<LitestreamReplica> _piped = [];

    /// <summary>The file.</summary>
    [Parameter(Mandatory = true, Position = 0)]
    [ValidateNotNullOrEmpty]
    public string OutputPath { get; set; } = "";

    /// <summary>What Test-LitestreamBackup and Test-LitestreamReplica return, and replicas to list.</summary>
    [Parameter(ValueFromPipeline = true)]
    [ValidateNotNull]
    public PSObject[] InputObject { get; set; } = [];

    /// <summary>The replicas to list.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    public LitestreamReplica[] Replica { get; set; } = [];

    /// <summary>Earlier reports in JSON, wildcards allowed: their drills, readings and sizes are told too.</summary>
    [Parameter]
    [ValidateNotNullOrEmpty]
    [SupportsWildcards]
    public string[] History { get; set; } = [];

    /// <summary>How it is written; by default as the name of the file says: .json, .xml, and HTML for all others.</summary>
    [Parameter]
    public LitestreamReportFormat Format { get; set; }

    /// <summary>Keeps an existing file.</summary>
    [Parameter]
    public SwitchParameter NoClobber { get; set; }

    /// <summary>Replaces a file that is read-only, too.</summary>
    [Parameter]
    public SwitchParameter Force { get; set; }

    /// <summary>Returns the file.</summary>
    [Parameter]
    public SwitchParameter PassThru { get; set; }

    /// <inheritdoc/>
    protected override void BeginProcessing()
    {
        if (!MyInvocation.BoundParameters.ContainsKey(nameof(Format))) Format = FormatOf(OutputPath);
        Try(Replica, () => EnsureSettingsFit(Replica));
    }

    /// <inheritdoc/>
    protected override void ProcessRecord()
    {
        foreach (var item in InputObject) Try(item, () => Add(item.BaseObject));
    }

    /// <inheritdoc/>
    protected override void EndProcessing()
    {
        // last: what was piped may tell of damage
        foreach (var replica in _piped.Concat(Replica)) List(replica);
        foreach (var pattern in History) Try(pattern, () => AddHistory(pattern));
        Try(OutputPath, Write);
    }

    private static LitestreamReportFormat FormatOf(string path) => Path.GetExtension(path).ToUpperInvariant() switch
    {
        ".JSON" => LitestreamReportFormat.Json,
        ".XML" => LitestreamReportFormat.NUnitXml,
        _ => LitestreamReportFormat.Html,
    };

    private void Add(object item)
    {
        switch (item)
        {
            case LitestreamDrillResult drill:
                _report.Add(drill.Replica.Url, drill.ToReported());
                _report.Add(drill.Replica.Url, drill.ToObstacles());
                break;
            case LitestreamReplicaTest test:
                _report.Add(test.Replica.Url, test.ToReported());
                _report.Add(test.Replica.Url, test.ToObstacles());
                break;
            case LitestreamReplica replica:
                _piped.Add(replica);
                break;
            case DirectoryInfo folder:
                _piped.Add(new(folder));
                break;
            case string url:
                _piped.Add(new(url));
                break;
            default:
                throw new EngineException(ErrorCode.InvalidArgument, $"A report tells nothing of a {item.GetType().Name}.", item.ToString() ?? "",
                    "Pipe what Test-LitestreamBackup and Test-LitestreamReplica return, or replicas.");
        }
    }

    private void List(LitestreamReplica replica) => TryWithReplica(replica, client =>
    {
        var reading = new ReplicaReading(new(client), $"Listing {client.Url}");
        WaitWithProgress(
            async token =>
            {
                await _report.ListAsync(reading.Replica, token).ConfigureAwait(false);
                return true;
            }, reading);
    });

    private void AddHistory(string pattern)
    {
        // a history begins with the first report
        var files = WildcardPattern.ContainsWildcardCharacters(pattern) && !SessionState.InvokeProvider.Item.Exists(pattern, force: false, literalPath: false)
            ? [] : SessionState.Path.GetResolvedProviderPathFromPSPath(pattern, out _);
        foreach (var file in files) Try(file, () => _report.AddHistory(JsonReport.Read(File.ReadAllBytes(file), file)));
    }

    private void Write()
    {
        var path = ResolvePath(OutputPath);
        var file = new FileInfo(path);
        if (file.Exists && NoClobber) throw Refused($"The file '{path}' exists.", "Give another -OutputPath, or leave -NoClobber out.");
        if (!Directory.Exists(file.DirectoryName)) throw Refused($"The folder of '{path}' does not exist.", "Create it, or give another -OutputPath.");
        if (file is { Exists: true, IsReadOnly: true } && !Force) throw Refused($"The file '{path}' is read-only.", "Use -Force to replace it.");
        var report = _report.Build();
        var content = Format switch
        {
            LitestreamReportFormat.Json => JsonReport.Write(report),
            LitestreamReportFormat.NUnitXml => NUnitReport.Write(report),
            _ => HtmlReport.Write(report),
        };
        if (!ShouldProcess(path, $"Write a report of {(report.Replicas.Count == 1 ? "1 replica" : $"{report.Replicas.Count} replicas")} as {Format}")) return;
        // Windows does not replace a file that is read-only
        if (file is { Exists: true, IsReadOnly: true }) file.IsReadOnly = false;
        ReportFile.Write(Environment.Files, path, content, overwrite: !NoClobber);
        // as Get-Item has it: of a plain FileInfo the view leaves columns empty
        if (PassThru) WriteObject(InvokeProvider.Item.Get([$"{FileSystem}{path}"], force: true, literalPath: true), enumerateCollection: true);

        EngineException Refused(string message, string hint) => new(ErrorCode.FileError, message, path, hint);
    }
}
