using System.Text;
using System.Text.RegularExpressions;

namespace Litestream.Engine.Configuration;

/// <summary>Which files below a folder are meant: names with <c>*</c>, <c>?</c> and <c>[a-z]</c>, as Go has them, where <c>**</c> in place of a name
/// stands for any folders.</summary>
internal sealed class FolderPattern
{
    private const string AnyFolders = "**";

    private readonly string _text;
    private readonly Regex _regex;

    private FolderPattern(string text, Regex regex, int? depth) => (_text, _regex, Depth) = (text, regex, depth);

    /// <summary>How many folders deep the files lie at most; null for any.</summary>
    public int? Depth { get; }

    /// <summary>Reads a pattern.</summary>
    /// <param name="text">Names with <c>/</c> between them.</param>
    /// <exception cref="FormatException">It is none; the message says why.</exception>
    public static FolderPattern Parse(string text)
    {
        var names = text.Split('/');
        var regex = new StringBuilder("^");
        for (var i = 0; i < names.Length; i++)
        {
            var isLast = i == names.Length - 1;
            if (names[i].Length == 0 || (isLast && names[i] == AnyFolders)) throw new FormatException("it does not end with the name of a file");
            if (names[i] == AnyFolders) regex.Append("(?:[^/]+/)*");
            else AppendName(regex, names[i]).Append(isLast ? "$" : "/");
        }

        var options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | (OperatingSystem.IsWindows() ? RegexOptions.IgnoreCase : RegexOptions.None);
        try
        {
            return new(text, new(regex.ToString(), options), names.Contains(AnyFolders) ? null : names.Length - 1);
        }
        catch (RegexParseException e)
        {
            throw new FormatException("its brackets hold no range of characters", e);
        }
        catch (NotSupportedException e)
        {
            // what never goes back has states, and a bound of them
            throw new FormatException("it is too long", e);
        }
    }

    /// <summary>Whether a file is meant.</summary>
    /// <param name="relativePath">Its path below the folder, with <c>/</c>.</param>
    public bool IsMatch(string relativePath) => _regex.IsMatch(relativePath);

    /// <summary>As it was read.</summary>
    public override string ToString() => _text;

    private static StringBuilder AppendName(StringBuilder regex, string name)
    {
        for (var i = 0; i < name.Length; i++)
        {
            switch (name[i])
            {
                case '*':
                    regex.Append("[^/]*");
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[':
                    var end = name.IndexOf(']', i + 1);
                    if (end <= i + 1) throw new FormatException("a bracket is not closed, or empty");
                    regex.Append('[').Append(name[i + 1] == '^' ? "^/" : "").Append(Escaped(name[(name[i + 1] == '^' ? i + 2 : i + 1)..end])).Append(']');
                    i = end;
                    break;
                default:
                    regex.Append(Regex.Escape(name[i].ToString()));
                    break;
            }
        }

        return regex;
    }

    private static string Escaped(string set) => set.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
}
