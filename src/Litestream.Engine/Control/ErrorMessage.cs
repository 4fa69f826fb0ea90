using Litestream.Engine.Errors;

namespace Litestream.Engine.Control;

/// <summary>An error on its way between processes; its texts are cut to a bounded length.</summary>
/// <param name="Code">Name of an <see cref="ErrorCode"/>; null for an error that has none.</param>
/// <param name="Message">What failed.</param>
/// <param name="Target">On what.</param>
/// <param name="Hint">What to do next.</param>
internal sealed record ErrorMessage(string? Code, string? Message, string? Target, string? Hint)
{
    private const int MaxLength = 2000;

    public static ErrorMessage? Of(Exception? error) => error switch
    {
        null => null,
        LitestreamException known => new(known.Code.ToString(), Cut(known.Message), Cut(known.Target), Cut(known.Hint)),
        _ => new(null, Cut(error.Message), null, null),
    };

    /// <summary>The error as this process shows it; a code of a later version becomes an error without one.</summary>
    public Exception ToException() => Enum.TryParse<ErrorCode>(Code, out var code) && code.ToString() == Code
        ? new LitestreamException(code, Message ?? string.Empty, Target ?? string.Empty, Hint ?? string.Empty)
        : new InvalidOperationException(Message);

    private static string Cut(string text) => text.Length <= MaxLength ? text : text[..MaxLength] + "…";
}
