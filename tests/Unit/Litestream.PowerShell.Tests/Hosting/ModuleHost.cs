using System.Globalization;
using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Litestream.PowerShell.Tests.Hosting;

/// <summary>A runspace with the staged module, in a folder of its own.</summary>
public sealed class ModuleHost : IDisposable
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMinutes(2);

    private readonly RecordingHost _host;
    private readonly Runspace _runspace;

    /// <summary>A host of the invariant culture.</summary>
    public ModuleHost()
        : this(culture: null)
    {
    }

    internal ModuleHost(CultureInfo? culture, bool import = true, int? width = null)
    {
        _host = new(culture, width);
        _runspace = RunspaceFactory.CreateRunspace(_host, InitialSessionState.CreateDefault2());
        _runspace.Open();
        _runspace.SessionStateProxy.Path.SetLocation(Folder.Path);
        if (import) Run("Import-Module $args[0]", Repository.StagedManifest).Succeeded();
    }

    internal TemporaryFolder Folder { get; } = new();

    /// <summary>Runs a script; its $args are the arguments.</summary>
    internal RunResult Run(string script, params object?[] arguments)
    {
        using var shell = Create(script, arguments);
        var output = new PSDataCollection<PSObject>();
        var run = shell.BeginInvoke<PSObject, PSObject>(input: null, output);
        var errors = new List<ErrorRecord>();
        try
        {
            if (!run.AsyncWaitHandle.WaitOne(s_limit)) throw new TimeoutException($"Still running: {script}");
            shell.EndInvoke(run);
        }
        catch (RuntimeException exception) when (exception is not PipelineStoppedException)
        {
            errors.Add(exception.ErrorRecord);
        }

        errors.InsertRange(0, shell.Streams.Error);
        return new(
            [.. output], errors, [.. shell.Streams.Warning.Select(w => w.Message)], [.. shell.Streams.Progress], _host.TakeText());
    }

    /// <summary>A script to be started and stopped by the test.</summary>
    internal System.Management.Automation.PowerShell Create(string script, params object?[] arguments)
    {
        var shell = System.Management.Automation.PowerShell.Create(_runspace);
        shell.AddScript(script);
        foreach (var argument in arguments) shell.AddArgument(argument);
        return shell;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _runspace.Dispose();
        Folder.Dispose();
    }
}
