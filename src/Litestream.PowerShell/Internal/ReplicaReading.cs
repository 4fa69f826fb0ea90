using System.Globalization;
using System.Management.Automation;
using Litestream.Engine.Replicas;

namespace Litestream.PowerShell.Internal;

/// <summary>Work that lists and reads a replica: what is counted of it is what there is to see.</summary>
/// <param name="replica">The replica, for whoever does the work.</param>
/// <param name="title">What is going on.</param>
/// <param name="activity">Its number.</param>
internal sealed class ReplicaReading(MeteredReplicaClient replica, string title, int activity = 1) : ProgressView(title, activity)
{
    /// <summary>The replica, for whoever does the work.</summary>
    public IReplicaClient Replica => replica;

    protected override ProgressRecord ToRecord()
    {
        var step = Describe();
        return replica.BytesRead > 0 ? Bytes(step, replica.BytesRead, total: 0, Elapsed)
            : Text($"{(step.Length > 0 ? step : "No answer yet")}, {_Format.Duration(Elapsed)}");
    }

    /// <summary>What was listed and asked for so far; empty if nothing was.</summary>
    public string Describe() => (replica.Listed, replica.Asked) switch
    {
        (0, 0) => "",
        (var listed, 0) => string.Create(CultureInfo.InvariantCulture, $"{listed} names listed"),
        (0, var asked) => string.Create(CultureInfo.InvariantCulture, $"{asked} objects asked for"),
        var (listed, asked) => string.Create(CultureInfo.InvariantCulture, $"{listed} names listed, {asked} objects asked for"),
    };
}
