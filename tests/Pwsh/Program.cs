using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Runspaces;
using Litestream.Samples.Quickstart;

namespace Litestream.Pwsh;

/// <summary>Takes pwsh's -NoProfile, -NonInteractive, -Command and -File with named arguments, and ends with the exit code that pwsh would end with.
/// -NoChildProcesses, which pwsh has not, lets the kernel forbid them first.</summary>
internal static class Program
{
    private const int Failed = 1;
    private const int WrongArguments = 64;

    private static int Main(string[] arguments)
    {
        var rest = arguments.AsSpan();
        while (rest is [var option, ..] && option is "-NoProfile" or "-NonInteractive" or "-NoChildProcesses")
        {
            if (rest[0] == "-NoChildProcesses") ChildProcesses.Forbid();
            rest = rest[1..];
        }

        if (rest is not ["-Command" or "-File", var what, ..])
        {
            Console.Error.WriteLine($"What is '{string.Join(' ', arguments)}'?");
            return WrongArguments;
        }

        using var runspace = RunspaceFactory.CreateRunspace(new ConsoleHost(), InitialSessionState.CreateDefault2());
        runspace.Open();
        using var shell = PowerShell.Create(runspace);
        if (rest[0] == "-Command") shell.AddScript($"{string.Join(' ', rest[1..].ToArray())}; if (-not $?) {{ exit {Failed} }}");
        else shell.AddScript("$file, $named = $args; & $file @named; exit $LASTEXITCODE").AddArgument(what).AddArgument(Named(rest[2..]));
        shell.AddCommand("Out-Default");
        return Run(shell);
    }

    private static int Run(PowerShell shell)
    {
        shell.Streams.Error.DataAdded += (_, added) => Console.Error.WriteLine(shell.Streams.Error[added.Index]);
        try
        {
            shell.Invoke();
        }
        catch (RuntimeException exception)
        {
            Console.Error.WriteLine(exception.ErrorRecord);
            return Failed;
        }

        return Environment.ExitCode;
    }

    private static Hashtable Named(ReadOnlySpan<string> arguments)
    {
        var named = new Hashtable();
        while (arguments is [var name, .. var others])
        {
            var hasValue = others is [var next, ..] && !next.StartsWith('-');
            named[name[1..]] = hasValue ? others[0] : true;
            arguments = hasValue ? others[1..] : others;
        }

        return named;
    }
}
