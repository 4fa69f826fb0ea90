namespace Litestream.Engine.Errors;

/// <summary>The one exception of the engine: what failed (<see cref="Exception.Message"/>), on what
/// (<see cref="Target"/>), and what to do next (<see cref="Hint"/>).</summary>
public sealed class LitestreamException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="code">The stable name of the error.</param>
    /// <param name="message">What failed, one sentence with a full stop. No secrets.</param>
    /// <param name="target">The database, object, path or URL it is about. No secrets.</param>
    /// <param name="hint">What to do next, one sentence with a full stop.</param>
    /// <param name="inner">The cause, if another exception is one.</param>
    public LitestreamException(ErrorCode code, string message, string target, string hint, Exception? inner = null)
        : base(message, inner)
    {
        Code = code;
        Target = target;
        Hint = hint;
    }

    /// <summary>The stable name of the error.</summary>
    public ErrorCode Code { get; }

    /// <summary>The database, object, path or URL the error is about.</summary>
    public string Target { get; }

    /// <summary>What to do next.</summary>
    public string Hint { get; }
}
