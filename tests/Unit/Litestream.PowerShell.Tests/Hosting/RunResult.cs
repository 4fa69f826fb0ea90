using System.Collections.ObjectModel;
using System.Management.Automation;

namespace Litestream.PowerShell.Tests.Hosting;

/// <summary>What a script left in its streams.</summary>
internal sealed record RunResult(
    Collection<PSObject> Output, IReadOnlyList<ErrorRecord> Errors, IReadOnlyList<string> Warnings,
    IReadOnlyList<ProgressRecord> Progress, string HostText)
{
    /// <summary>The ids of the errors, without the cmdlet's name behind the comma.</summary>
    public IEnumerable<string> ErrorIds => Errors.Select(e => e.FullyQualifiedErrorId.Split(',')[0]);

    /// <summary>The output, when there were no errors.</summary>
    public Collection<PSObject> Succeeded()
    {
        Xunit.Assert.Empty(Errors);
        return Output;
    }
}
