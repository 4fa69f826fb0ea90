using System.Management.Automation;

namespace Litestream.PowerShell.Internal;

/// <summary>Work of which nothing can be counted.</summary>
/// <param name="title">What is going on.</param>
internal sealed class ElapsedView(string title) : ProgressView(title)
{
    protected override ProgressRecord ToRecord() => Text(_Format.Duration(Elapsed));
}
