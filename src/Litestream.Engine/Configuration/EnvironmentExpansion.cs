using System.Text;

namespace Litestream.Engine.Configuration;

/// <summary>Puts the values of environment variables in the place of <c>$NAME</c> and <c>${NAME}</c>, as Litestream does. What Litestream would
/// make nothing of without a word, an unknown variable or a lone <c>$</c>, is refused: it may be half of a secret.</summary>
/// <param name="find">The value of a variable; null if there is none.</param>
internal sealed class EnvironmentExpansion(Func<string, string?> find)
{
    private const string Hint = "Set the variable; or, if the text is meant as it stands, read the file with -NoExpandEnvironment.";

    /// <summary>Expands one value. Values are not expanded again.</summary>
    /// <param name="text">As it is in the file.</param>
    /// <param name="refuse">Makes the error of a message and a hint.</param>
    public string Expand(string text, Func<string, string, Exception> refuse)
    {
        if (!text.Contains('$', StringComparison.Ordinal)) return text;
        var result = new StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            if (text[at] != '$')
            {
                result.Append(text[at++]);
                continue;
            }

            var name = NameAt(text, at + 1, out var end);
            // not the text: it may be a secret
            if (name.Length == 0) throw refuse("a '$' has no variable behind it, and Litestream would drop it.", Hint);
            result.Append(find(name) ?? throw refuse($"the environment variable '{name}' is not set.", Hint));
            at = end;
        }

        return result.ToString();
    }

    private static string NameAt(string text, int start, out int end)
    {
        var braced = start < text.Length && text[start] == '{';
        var first = braced ? start + 1 : start;
        var last = first;
        while (last < text.Length && (char.IsAsciiLetterOrDigit(text[last]) || text[last] == '_')) last++;
        end = braced ? last + 1 : last;
        var isWhole = last > first && !char.IsAsciiDigit(text[first]) && (!braced || (last < text.Length && text[last] == '}'));
        return isWhole ? text[first..last] : "";
    }
}
