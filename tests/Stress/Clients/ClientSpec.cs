namespace Litestream.Stress.Clients;

/// <summary>A client to start.</summary>
/// <param name="Command">The command of the workload.</param>
/// <param name="Arguments">Its arguments behind the database.</param>
internal sealed record ClientSpec(string Command, string Arguments)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Command} {Arguments}";
}
