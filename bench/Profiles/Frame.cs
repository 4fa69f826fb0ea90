using System.Text.RegularExpressions;

namespace Litestream.Bench.Profiles;

/// <summary>A function on a stack.</summary>
/// <param name="Name">Its short name.</param>
/// <param name="Origin">Whose it is.</param>
internal sealed partial record Frame(string Name, FrameOrigin Origin)
{
    /// <summary>Reads what perf prints of a frame.</summary>
    /// <param name="symbol">The symbol: of managed code the whole signature.</param>
    /// <param name="file">Where it was found.</param>
    public static Frame Of(string symbol, string file)
    {
        if (Managed().Match(symbol) is { Success: true } managed)
            return new(NameOf(managed.Groups["type"].Value, managed.Groups["method"].Value),
                managed.Groups["assembly"].Value.StartsWith("Litestream.", StringComparison.Ordinal) ? FrameOrigin.Engine : FrameOrigin.Managed);
        if (file.StartsWith("[kernel", StringComparison.Ordinal)) return new(symbol, FrameOrigin.Kernel);
        return new(symbol == "[unknown]" ? Path.GetFileName(file) : symbol, FrameOrigin.Native);
    }

    private static string NameOf(string type, string method)
    {
        if (StateMachine().Match(type) is { Success: true } machine) return $"{Short(machine.Groups["type"].Value)}.{machine.Groups["method"].Value}";
        return $"{Short(type)}.{method}";
    }

    private static string Short(string type)
    {
        var plain = type.Split('`', '[', '<')[0];
        return plain[(plain.LastIndexOfAny(['.', '+']) + 1)..];
    }

    [GeneratedRegex(@"\[(?<assembly>[^\]]+)\] (?<type>.+?)::(?<method>[^(]+)\(")]
    private static partial Regex Managed();

    [GeneratedRegex(@"^(?<type>.+)\+<(?<method>\w+)>[a-z]__")]
    private static partial Regex StateMachine();
}
