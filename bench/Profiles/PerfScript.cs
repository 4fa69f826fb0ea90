using System.Text.RegularExpressions;

namespace Litestream.Bench.Profiles;

/// <summary>Reads the stacks that perf prints: a line for the thread, a line a frame from the innermost to the outermost, an empty line.</summary>
internal static partial class PerfScript
{
    /// <summary>All samples as one tree.</summary>
    public static StackNode Read(IEnumerable<string> lines)
    {
        var root = new StackNode(new("all", FrameOrigin.Native));
        var (thread, stack) = ("", new List<Frame>());
        foreach (var line in lines)
        {
            if (line.Length == 0)
            {
                if (stack.Count > 0) root.Add(From(thread, stack));
                stack.Clear();
            }
            else if (Call().Match(line) is { Success: true } call)
            {
                stack.Add(Frame.Of(call.Groups["symbol"].Value, call.Groups["file"].Value));
            }
            else
            {
                thread = line.Trim();
            }
        }

        return root;
    }

    /// <summary>What begins a thread or resumes a task says nothing: a stack begins with the first function of ours, or with its thread's name.</summary>
    private static Frame[] From(string thread, List<Frame> stack)
    {
        stack.Reverse();
        var first = stack.FindIndex(f => f.Origin == FrameOrigin.Engine);
        return first < 0 ? [new(thread, FrameOrigin.Native), .. stack] : [.. stack[first..]];
    }

    [GeneratedRegex(@"^\s+[0-9a-f]+ (?<symbol>.+) \((?<file>[^()]*(\([^()]*\))?)\)$")]
    private static partial Regex Call();
}
