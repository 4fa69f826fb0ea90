using System.Globalization;

namespace Litestream.Workload;

/// <summary>Arguments of a command: positional ones, and <c>--name value</c> or a bare <c>--name</c>.</summary>
public sealed class CommandLine
{
    private readonly List<string> _positional = [];
    private readonly Dictionary<string, string> _named = [];

    /// <summary>Sorts the arguments.</summary>
    /// <param name="args">As the process got them, without the command's name.</param>
    public CommandLine(IReadOnlyList<string> args)
    {
        for (var i = 0; i < args.Count; i++)
        {
            if (!args[i].StartsWith("--", StringComparison.Ordinal))
                _positional.Add(args[i]);
            else if (i + 1 < args.Count && !args[i + 1].StartsWith("--", StringComparison.Ordinal))
                _named[args[i][2..]] = args[++i];
            else
                _named[args[i][2..]] = "true";
        }
    }

    /// <summary>A positional argument.</summary>
    /// <param name="index">From 0.</param>
    /// <param name="name">What it is, for the error.</param>
    /// <exception cref="ArgumentException">It is not there.</exception>
    public string Positional(int index, string name) =>
        index < _positional.Count ? _positional[index] : throw new ArgumentException($"{name} is missing.");

    /// <summary>Whether a name was given and is not "false".</summary>
    public bool Flag(string name) => _named.TryGetValue(name, out var value) && value != "false";

    /// <summary>A text.</summary>
    public string Text(string name, string otherwise) => _named.GetValueOrDefault(name, otherwise);

    /// <summary>A text that may be absent.</summary>
    public string? Text(string name) => _named.GetValueOrDefault(name);

    /// <summary>A whole number.</summary>
    public int Number(string name, int otherwise) =>
        _named.TryGetValue(name, out var value) ? int.Parse(value, CultureInfo.InvariantCulture) : otherwise;
}
