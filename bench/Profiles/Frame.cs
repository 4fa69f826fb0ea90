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

    /// <summary>What the compiler makes of lambdas, local functions and async methods goes by the name of the method that was written.</summary>
    private static string NameOf(string type, string method)
    {
        var plain = type.Split('[')[0];
        var written = Written().Matches(method).Concat(method == "MoveNext" ? Written().Matches(plain) : []).FirstOrDefault()?.Value ?? method;
        var owner = plain.Split("+<")[0];
        return $"{owner[(owner.LastIndexOfAny(['.', '+']) + 1)..].Split('`')[0]}.{written}";
    }

    [GeneratedRegex(@"\[(?<assembly>[^\]]+)\] (?<type>.+?)::(?<method>[^(]+)\(")]
    private static partial Regex Managed();

    [GeneratedRegex(@"(?<=<)\w+(?=>)")]
    private static partial Regex Written();
}
