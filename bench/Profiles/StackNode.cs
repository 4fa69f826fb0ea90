namespace Litestream.Bench.Profiles;

/// <summary>A function and what it called, with how often it was met on a stack.</summary>
/// <param name="frame">The function.</param>
internal sealed class StackNode(Frame frame)
{
    private readonly Dictionary<Frame, StackNode> _callees = [];

    /// <summary>The function.</summary>
    public Frame Frame => frame;

    /// <summary>Samples in it and in what it called.</summary>
    public int Samples { get; private set; }

    /// <summary>Samples in it itself.</summary>
    public int OwnSamples => Samples - _callees.Values.Sum(c => c.Samples);

    /// <summary>What it called, by name.</summary>
    public IEnumerable<StackNode> Callees => _callees.Values.OrderBy(c => c.Frame.Name, StringComparer.Ordinal);

    /// <summary>Adds a sample.</summary>
    /// <param name="calls">From here to the innermost function.</param>
    public void Add(ReadOnlySpan<Frame> calls)
    {
        Samples++;
        if (calls.IsEmpty) return;
        if (!_callees.TryGetValue(calls[0], out var callee)) _callees[calls[0]] = callee = new(calls[0]);
        callee.Add(calls[1..]);
    }
}
