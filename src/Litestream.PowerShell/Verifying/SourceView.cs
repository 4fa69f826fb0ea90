using System.Management.Automation;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Verifying;

/// <summary>The reading of a live database.</summary>
/// <param name="path">The database.</param>
internal sealed class SourceView(string path) : ProgressView($"Reading {path}"), IProgress<(long Done, long Total)>
{
    private readonly object _gate = new();
    private (long Done, long Total) _latest;

    public void Report((long Done, long Total) value)
    {
        lock (_gate) _latest = value;
    }

    protected override ProgressRecord ToRecord()
    {
        lock (_gate) return Bytes("", _latest.Done, _latest.Total, Elapsed);
    }
}
