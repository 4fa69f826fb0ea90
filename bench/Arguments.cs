using System.Globalization;

namespace Litestream.Bench;

/// <summary>Options of a command line, each followed by its value.</summary>
internal sealed class Arguments(string[] args)
{
    /// <summary>An option's value; null where it is not given.</summary>
    public string? Text(string name) => Array.IndexOf(args, name) is >= 0 and var at ? args[at + 1] : null;

    /// <summary>A whole number.</summary>
    public int Number(string name, int otherwise) => Text(name) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : otherwise;

    /// <summary>Values between commas; null where the option is not given: all.</summary>
    public IReadOnlySet<string>? Set(string name) => Text(name)?.Split(',').ToHashSet();
}
