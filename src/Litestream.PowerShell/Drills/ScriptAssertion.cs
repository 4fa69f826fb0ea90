using System.Management.Automation;
using Litestream.PowerShell.Models;

namespace Litestream.PowerShell.Drills;

/// <summary>What the user asserts of a restored database, as a script. Runs on the pipeline's thread.</summary>
/// <param name="script">Gets the path as its argument, and the result so far as <c>$_</c>.</param>
internal sealed class ScriptAssertion(ScriptBlock script)
{
    // functions of script modules do not inherit the caller's preference: what they write as an error, and go on, comes out here
    private static readonly ScriptBlock s_run = ScriptBlock.Create(
        "param($script, $variables, $path) $ErrorActionPreference = 'Stop'; $script.InvokeWithContext($null, $variables, $path) 2>&1");

    /// <summary>Runs it: it holds when it throws nothing and returns nothing that is false.</summary>
    /// <param name="path">The restored database.</param>
    /// <param name="result">What was found so far.</param>
    /// <returns>What does not hold; null if all does.</returns>
    internal string? FindBroken(string path, LitestreamDrillResult result)
    {
        try
        {
            var output = s_run.Invoke(
                script, new List<PSVariable> { new("_", result), new("ErrorActionPreference", ActionPreference.Stop) }, path);
            if (output.Select(o => o?.BaseObject).OfType<ErrorRecord>().FirstOrDefault() is { } error) return $"The assertion wrote an error: {error}";
            return output.FirstOrDefault(o => !LanguagePrimitives.IsTrue(o)) is { } broken
                ? $"The assertion returned '{broken}'."
                : output.Contains(null!) ? "The assertion returned null." : null;
        }
        catch (RuntimeException e) when (e is not PipelineStoppedException)
        {
            return $"The assertion threw: {(e is MethodInvocationException { InnerException: { } inner } ? inner : e).Message}";
        }
    }
}
