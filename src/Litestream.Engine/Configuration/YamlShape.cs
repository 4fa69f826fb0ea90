using System.Buffers;
using Litestream.Engine.Errors;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Litestream.Engine.Configuration;

/// <summary>Looks over a text before it is read into a tree. Refuses what no configuration needs and what the library's tree does not survive: its parser never
/// ends on some control characters, and values that are nested deep or name themselves overflow the stack, which nobody can catch.</summary>
internal sealed class YamlShape
{
    /// <summary>Mappings and lists in one another; the deepest key has five.</summary>
    private const int MaxDepth = 32;

    /// <summary>YAML has no control characters but those that make lines and columns.</summary>
    private static readonly SearchValues<char> s_text = SearchValues.Create(
        [.. Enumerable.Range(0, char.MaxValue + 1).Select(c => (char)c).Where(c => c is '\t' or '\n' or '\r' or '\u0085' || !char.IsControl(c))]);

    private static readonly SearchValues<char> s_lineBreaks = SearchValues.Create("\n\r\u0085\u2028\u2029");

    private readonly string _path;
    private readonly Stack<Level> _levels = new();
    private readonly HashSet<AnchorName> _known = [];

    private YamlShape(string path) => _path = path;

    /// <summary>Ends a directive that is the last line: of an unknown one without a line break the library's parser does not find the end, where the
    /// text just fills its buffer.</summary>
    /// <param name="yaml">The text.</param>
    public static string Complete(string yaml)
    {
        var line = yaml.AsSpan(yaml.AsSpan().LastIndexOfAny(s_lineBreaks) + 1);
        return line.TrimStart('\ufeff') is ['%', ..] ? yaml + '\n' : yaml;
    }

    /// <summary>Looks it over.</summary>
    /// <param name="yaml">The text.</param>
    /// <param name="path">The file's path, for errors.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidConfiguration"/>, with the line.</exception>
    /// <exception cref="YamlException">It is not YAML.</exception>
    public static void Check(string yaml, string path)
    {
        if (yaml.AsSpan().IndexOfAnyExcept(s_text) is >= 0 and var at)
            throw ConfigurationError.At(path, 1 + yaml.AsSpan(0, at).Count('\n'), $"the character U+{(int)yaml[at]:X4} is none of a text.",
                "Write it as an escape in double quotes, as in \"\\x41\", or remove it.");
        var shape = new YamlShape(path);
        var parser = new Parser(new StringReader(yaml));
        while (parser.MoveNext()) shape.Take(parser.Current!);
    }

    private void Take(ParsingEvent part)
    {
        switch (part)
        {
            case DocumentStart:
                _known.Clear();
                break;
            case AnchorAlias alias:
                Begin(alias, isText: false);
                // one that is not complete yet would name itself
                if (!_known.Contains(alias.Value)) throw Refuse(part, $"no value before '*{alias.Value}' has that name.", "Give the value '&' and the name, before it is used.");
                break;
            case Scalar scalar:
                Begin(scalar, isText: true);
                if (!scalar.Anchor.IsEmpty) _known.Add(scalar.Anchor);
                break;
            case MappingStart or SequenceStart:
                var node = (NodeEvent)part;
                Begin(node, isText: false);
                _known.Remove(node.Anchor);
                _levels.Push(new(part is MappingStart, node.Anchor));
                if (_levels.Count > MaxDepth) throw Refuse(part, "values are nested too deep.", "Correct the line: no key has so many levels.");
                break;
            case MappingEnd or SequenceEnd:
                if (_levels.Pop().Anchor is { IsEmpty: false } name) _known.Add(name);
                break;
            default:
                break;
        }
    }

    private void Begin(ParsingEvent part, bool isText)
    {
        if (!_levels.TryPeek(out var level) || !level.IsMapping) return;
        level.IsAtKey = !level.IsAtKey;
        if (level.IsAtKey && !isText) throw Refuse(part, "a key is not text.", "Write 'key: value' lines.");
    }

    private LitestreamException Refuse(ParsingEvent part, string message, string hint) => ConfigurationError.At(_path, part.Start.Line, message, hint);

    /// <summary>A mapping or list that has begun.</summary>
    private sealed class Level(bool isMapping, AnchorName anchor)
    {
        public bool IsMapping => isMapping;

        public AnchorName Anchor => anchor;

        /// <summary>Whether the last value was a key.</summary>
        public bool IsAtKey { get; set; }
    }
}
