using System.Collections;
using System.Management.Automation;
using System.Management.Automation.Language;

namespace Litestream.PowerShell.Completion;

/// <summary>Base of the completers. They look at files and at processes of this machine, never at a network, and not for long: somebody waits with a
/// finger on the tab key.</summary>
internal abstract class Completer : IArgumentCompleter
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(2);

    /// <inheritdoc/>
    public IEnumerable<CompletionResult> CompleteArgument(
        string commandName, string parameterName, string wordToComplete, CommandAst commandAst, IDictionary fakeBoundParameters)
    {
        try
        {
            // here, because only this thread has the session's location
            var find = Prepare(new(parameterName, fakeBoundParameters));
            if (find is null) return [];
            using var late = new CancellationTokenSource(s_limit);
            var candidates = Task.Run(() => find(late.Token), CancellationToken.None);
            return Task.WaitAny([candidates], s_limit) == 0 ? Choose(candidates.Result, wordToComplete) : [];
        }
        catch (Exception exception) when (exception is not PipelineStoppedException)
        {
            // a completion has nowhere to tell it: what is wrong is told by the command when it runs
            return [];
        }
    }

    /// <summary>Reads what was typed so far.</summary>
    /// <param name="typed">The parameters that have a value.</param>
    /// <returns>Finds the candidates, on another thread; null where there is nothing to find.</returns>
    protected abstract Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>>? Prepare(TypedParameters typed);

    private static List<CompletionResult> Choose(IReadOnlyList<CompletionCandidate> candidates, string? word)
    {
        word ??= string.Empty;
        var quote = word.Length > 0 && word[0] is '\'' or '"' ? word[0] : (char?)null;
        var begin = quote is null ? word : word[1..].TrimEnd(quote.Value);
        return [.. candidates.Where(c => c.BeginsWith(begin)).Select(c => c.ToResult(quote))];
    }
}
