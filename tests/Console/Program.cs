using System.Management.Automation;
using System.Management.Automation.Runspaces;

namespace Litestream.Console;

/// <summary>Runs a script, as pwsh -Command would: <c>Console MANIFEST SCRIPT [ARGUMENT…]</c>. Each object becomes a line of standard
/// output as soon as it is there; errors go to standard error, each a line that begins with its id. Ctrl-C and SIGINT stop the
/// pipeline. Exit code 1 says that there were errors.</summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        using var runspace = RunspaceFactory.CreateRunspace(InitialSessionState.CreateDefault2());
        runspace.Open();
        using (var import = PowerShell.Create(runspace)) import.AddCommand("Import-Module").AddArgument(arguments[0]).Invoke();

        using var shell = PowerShell.Create(runspace);
        System.Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            shell.BeginStop(shell.EndStop, state: null);
        };
        shell.Streams.Error.DataAdded += (_, added) => WriteError(shell.Streams.Error[added.Index]);
        shell.Streams.Warning.DataAdded += (_, added) => System.Console.Error.WriteLine($"WARNING: {shell.Streams.Warning[added.Index]}");
        using var output = new PSDataCollection<PSObject>();
        output.DataAdded += (_, added) => System.Console.WriteLine(output[added.Index]);
        shell.AddScript(arguments[1]);
        foreach (var argument in arguments[2..]) shell.AddArgument(argument);
        try
        {
            shell.Invoke(input: null, output);
        }
        catch (PipelineStoppedException)
        {
            return 130;
        }
        catch (RuntimeException exception)
        {
            WriteError(exception.ErrorRecord);
            return 1;
        }

        return shell.HadErrors ? 1 : 0;
    }

    private static void WriteError(ErrorRecord error) => System.Console.Error.WriteLine($"{error.FullyQualifiedErrorId.Split(',')[0]} {error}");
}
