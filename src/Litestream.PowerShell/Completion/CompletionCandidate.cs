using System.Management.Automation;
using System.Management.Automation.Language;

namespace Litestream.PowerShell.Completion;

/// <summary>A value that fits.</summary>
/// <param name="Value">The value.</param>
/// <param name="ToolTip">What it is, for whoever chooses.</param>
internal sealed record CompletionCandidate(string Value, string ToolTip)
{
    private const string Harmless = "-_./\\:~+";

    /// <summary>A shorter form that somebody may begin with instead, such as the name of a file.</summary>
    public string? OtherBegin { get; init; }

    /// <summary>Whether the value may be meant by what was typed.</summary>
    /// <param name="word">The beginning, without quotes.</param>
    public bool BeginsWith(string word) =>
        Value.StartsWith(word, StringComparison.OrdinalIgnoreCase) || OtherBegin?.StartsWith(word, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The completion, in quotes where they were begun or are needed.</summary>
    /// <param name="quote">The quote that was begun, if one was.</param>
    public CompletionResult ToResult(char? quote)
    {
        var text = quote is null && Value.All(c => char.IsAsciiLetterOrDigit(c) || Harmless.Contains(c, StringComparison.Ordinal))
            ? Value
            // the value is taken as it is: in double quotes a $ would be more than itself
            : $"'{CodeGeneration.EscapeSingleQuotedStringContent(Value)}'";
        return new(text, Value, CompletionResultType.ParameterValue, ToolTip);
    }
}
