using System.Globalization;
using System.Text.RegularExpressions;
using Litestream.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Litestream.Engine.Configuration;

/// <summary>One mapping of the file, read strictly: every key is known, every value is of its kind, and every error has its line.</summary>
internal sealed partial class ConfigurationSection
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(14);

    private readonly ConfigurationScope _scope;
    private readonly Dictionary<string, (long Line, YamlNode Value)> _entries = new(StringComparer.Ordinal);

    public ConfigurationSection(
        YamlNode node, string name, ConfigurationScope scope, IReadOnlyDictionary<string, string?> known, IReadOnlyDictionary<string, string>? unsupported = null)
    {
        (_scope, Line) = (scope, node.Start.Line);
        if (node is not YamlMappingNode mapping) throw Refuse(Line, $"{(name.Length == 0 ? "the file" : $"'{name}'")} has no keys.", "Write 'key: value' lines below it.");
        foreach (var (key, value) in mapping.Children.Where(c => !IsMerge(c.Key))) Add(key, value, name, known, unsupported);
        // what is merged counts where the mapping says nothing itself
        foreach (var (key, value) in mapping.Children.Where(c => IsMerge(c.Key)).SelectMany(c => Merged(c.Value)))
            if (key is not YamlScalarNode { Value: { } text } || !_entries.ContainsKey(text)) Add(key, value, name, known, unsupported);
    }

    /// <summary>Where the section begins, from 1.</summary>
    public long Line { get; }

    public bool Has(string key) => _entries.ContainsKey(key);

    public long LineOf(string key) => _entries.TryGetValue(key, out var entry) ? entry.Line : Line;

    /// <summary>Text, expanded; null if it is not there or empty.</summary>
    public string? Text(string key)
    {
        if (Scalar(key) is not { } scalar) return null;
        if (scalar.Style == ScalarStyle.Plain && scalar.Value is null or "" or "~" or "null") return null;
        var text = _scope.Expand(scalar.Value!, (message, hint) => Refuse(LineOf(key), $"'{key}': {message}", hint));
        return text.Length == 0 ? null : text;
    }

    public bool? Flag(string key) => Text(key) switch
    {
        null => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" or "y" or "Y" => true,
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" or "n" or "N" => false,
        _ => throw Refuse(LineOf(key), $"'{key}' is neither true nor false.", "Write true or false."),
    };

    public int? Count(string key) => Text(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count
        : throw Refuse(LineOf(key), $"'{key}' is not a whole number above 0.", $"Write a number, or remove the key.");

    public TimeSpan? Duration(string key)
    {
        if (Text(key) is not { } text) return null;
        if (GoDuration.TryParse(text, out var duration)) return duration;
        throw long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out _)
            ? Refuse(LineOf(key), $"'{key}: {text}' has no unit, and Litestream takes it as nanoseconds.", $"Write the unit, as in '{text}s'.")
            : Refuse(LineOf(key), $"'{key}' is not a duration.", "Write numbers with the units ms, s, m or h, as in '1h30m'; a day is '24h'.");
    }

    public TimeSpan? PositiveDuration(string key) => Duration(key) is not { } duration ? null
        : duration > TimeSpan.Zero ? duration : throw Refuse(LineOf(key), $"'{key}' is not above 0.", "Write a duration above 0, or remove the key.");

    /// <summary>A duration that something waits for: no clock is set for longer than some weeks.</summary>
    public TimeSpan? Wait(string key) => PositiveDuration(key) is not { } duration ? null
        : duration <= s_longestWait ? duration : throw Refuse(LineOf(key), $"'{key}' is longer than {s_longestWait.TotalDays} days.", "Write a shorter duration, or remove the key.");

    /// <summary>Refuses what is not of its kind, without a look at what it says otherwise.</summary>
    public void Check(string key, ValueKind kind)
    {
        switch (kind)
        {
            case ValueKind.Flag:
                _ = Flag(key);
                break;
            case ValueKind.Number when Text(key) is { } text && !Number().IsMatch(text):
                throw Refuse(LineOf(key), $"'{key}' is not a whole number.", "Write a number, or remove the key.");
            case ValueKind.Size when Text(key) is { } text && !Size().IsMatch(text):
                throw Refuse(LineOf(key), $"'{key}' is not a size.", "Write bytes, or a number with a unit, as in '5MB'.");
            case ValueKind.Duration:
                _ = Duration(key);
                break;
            case ValueKind.Text:
                // not expanded: what has no effect needs no variable that is set
                _ = Scalar(key);
                break;
            default:
                break;
        }
    }

    /// <summary>Refuses a value that Litestream does not know.</summary>
    public void Choice(string key, params string[] values)
    {
        if (Text(key) is { } text && !values.Contains(text, StringComparer.OrdinalIgnoreCase))
            throw Refuse(LineOf(key), $"'{key}' can't be '{text}'.", $"Known are: {string.Join(", ", values)}.");
    }

    /// <summary>The mapping below a key; null if it is not there.</summary>
    public ConfigurationSection? Section(string key, IReadOnlyDictionary<string, string?> known, IReadOnlyDictionary<string, string>? unsupported = null) =>
        _entries.TryGetValue(key, out var entry) && !IsNull(entry.Value) ? new(entry.Value, key, _scope, known, unsupported) : null;

    /// <summary>The mappings in the list below a key; none if it is not there.</summary>
    public IReadOnlyList<ConfigurationSection> Sections(string key, IReadOnlyDictionary<string, string?> known, IReadOnlyDictionary<string, string>? unsupported = null)
    {
        if (!_entries.TryGetValue(key, out var entry) || IsNull(entry.Value)) return [];
        if (entry.Value is not YamlSequenceNode list) throw Refuse(entry.Line, $"'{key}' is a list.", "Begin each of its entries with '- '.");
        return [.. list.Children.Select(c => new ConfigurationSection(c, key, _scope, known, unsupported))];
    }

    public LitestreamException Refuse(string key, string message, string hint) => Refuse(LineOf(key), message, hint);

    private YamlScalarNode? Scalar(string key) => !_entries.TryGetValue(key, out var entry) ? null
        : entry.Value as YamlScalarNode ?? throw Refuse(entry.Line, $"'{key}' is one value, not several.", "Write it as 'key: value'.");

    private LitestreamException Refuse(long line, string message, string hint) => ConfigurationError.At(_scope.File, line, message, hint);

    private void Add(
        YamlNode key, YamlNode value, string name, IReadOnlyDictionary<string, string?> known, IReadOnlyDictionary<string, string>? unsupported)
    {
        var line = key.Start.Line;
        if (key is not YamlScalarNode { Value: { } text }) throw Refuse(line, "a key is not text.", "Write 'key: value' lines.");
        if (unsupported?.GetValueOrDefault(text) is { } advice) throw Refuse(line, $"'{text}' is not supported.", advice);
        if (!known.TryGetValue(text, out var instead))
        {
            throw Refuse(line, $"'{text}' is not a key of {(name.Length == 0 ? "the file" : $"'{name}'")}.",
                KnownKeys.FindNearest(text, known.Keys) is { } near ? $"Did you mean '{near}'?" : $"Known are: {string.Join(", ", known.Keys.Order(StringComparer.Ordinal))}.");
        }

        _entries.Add(text, (line, value));
        if (instead is null) return;
        Check(text, KnownKeys.KindOf(text));
        _scope.Warn(line, $"'{text}' has no effect: {instead}.");
    }

    private IEnumerable<KeyValuePair<YamlNode, YamlNode>> Merged(YamlNode value) => value switch
    {
        YamlMappingNode mapping => mapping.Children,
        // a list in a list is none that YAML merges: a few of them name each other millions of times
        YamlSequenceNode list when list.Children.All(c => c is YamlMappingNode) => list.Children.SelectMany(Merged),
        _ => throw Refuse(value.Start.Line, "'<<' merges mappings only.", "Give an alias of a mapping, as in '<<: *defaults'."),
    };

    private static bool IsMerge(YamlNode key) => key is YamlScalarNode { Value: "<<", Style: ScalarStyle.Plain };

    private static bool IsNull(YamlNode node) => node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" };

    [GeneratedRegex("^[+-]?(?:0x[0-9A-F]+|0o?[0-7]+|[0-9]+)$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Number();

    [GeneratedRegex("^[0-9][0-9.,]* ?(?:[KMGTPE]i?)?B?$", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Size();
}
