using System.Globalization;

namespace Litestream.Engine.Files;

/// <summary>How many handles this process may have open.</summary>
internal static class HandleLimit
{
    private const string Limits = "/proc/self/limits";

    /// <summary>Reads it. Null where there is none, or nothing tells it.</summary>
    public static long? Read() => OperatingSystem.IsLinux() && File.Exists(Limits) ? Parse(File.ReadLines(Limits)) : null;

    /// <summary>The limit in force, of the lines of Linux's list.</summary>
    internal static long? Parse(IEnumerable<string> lines)
    {
        const string Name = "Max open files";
        var line = lines.FirstOrDefault(l => l.StartsWith(Name, StringComparison.Ordinal));
        return line?[Name.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [var soft, ..]
            && long.TryParse(soft, NumberStyles.None, CultureInfo.InvariantCulture, out var limit) ? limit : null;
    }
}
