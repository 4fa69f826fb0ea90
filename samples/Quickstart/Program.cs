using System.Management.Automation;
using System.Management.Automation.Runspaces;
using System.Reflection;

namespace Litestream.Samples.Quickstart;

/// <summary>Hosts PowerShell's engine and runs quickstart.ps1 in it, as pwsh would.</summary>
internal static class Program
{
    private static int Main()
    {
        var script = typeof(Program).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "Script").Value!;
        using var runspace = RunspaceFactory.CreateRunspace(new ConsoleHost(), InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            shell.BeginStop(shell.EndStop, state: null);
        };

        shell.AddScript("& $args[0] | Out-Default").AddArgument(script);
        try
        {
            shell.Invoke();
        }
        catch (PipelineStoppedException)
        {
            return 130;
        }
        catch (RuntimeException exception)
        {
            Console.Error.WriteLine(exception.ErrorRecord);
            return 1;
        }

        foreach (var error in shell.Streams.Error) Console.Error.WriteLine(error);
        return shell.HadErrors ? 1 : 0;
    }
}
