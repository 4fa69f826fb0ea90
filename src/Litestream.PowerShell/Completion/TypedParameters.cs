using System.Collections;
using System.Management.Automation;

namespace Litestream.PowerShell.Completion;

/// <summary>What has been typed of a command when a completion is asked for.</summary>
/// <param name="parameterName">The parameter that is completed.</param>
/// <param name="bound">Values of the others, as far as PowerShell could tell them.</param>
internal sealed class TypedParameters(string parameterName, IDictionary bound)
{
    private const string Resolve = "$ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($args[0])";
    private const string Location = "$ExecutionContext.SessionState.Path.CurrentFileSystemLocation.ProviderPath";

    /// <summary>The parameter that is completed.</summary>
    public string ParameterName => parameterName;

    /// <summary>The folder that relative paths count from.</summary>
    public static string CurrentFolder => Run(Location);

    /// <summary>Whether a switch is there.</summary>
    /// <param name="name">The switch.</param>
    public bool Has(string name) => bound.Contains(name);

    /// <summary>A value; null if it has none, or several, or another type.</summary>
    /// <typeparam name="T">What it is read as.</typeparam>
    /// <param name="name">The parameter.</param>
    public T? Find<T>(string name)
        where T : class => bound[name] is { } given and not Array { Length: > 1 } && LanguagePrimitives.TryConvertTo(given, out T? value) ? value : null;

    /// <summary>All values; empty if it has none.</summary>
    /// <param name="name">The parameter.</param>
    public string[] FindAll(string name) => bound[name] is { } given && LanguagePrimitives.TryConvertTo(given, out string[]? values) && values is not null ? values : [];

    /// <summary>Whether a path may lead to another machine, which a completion does not ask.</summary>
    /// <param name="path">Full path.</param>
    public static bool IsRemote(string path) => path.StartsWith(@"\\", StringComparison.Ordinal);

    /// <summary>The full path of a path as it was typed.</summary>
    /// <param name="path">The path.</param>
    public static string ResolvePath(string path) => Run(Resolve, path);

    private static string Run(string script, params string[] arguments)
    {
        // a nested one: the session's own is the pipeline that asks
        using var shell = System.Management.Automation.PowerShell.Create(RunspaceMode.CurrentRunspace);
        shell.AddScript(script, useLocalScope: true);
        foreach (var argument in arguments) shell.AddArgument(argument);
        return shell.Invoke<string>()[0];
    }
}
