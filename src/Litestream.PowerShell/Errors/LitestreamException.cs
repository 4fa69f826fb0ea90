namespace Litestream.PowerShell;

/// <summary>What every error of the module carries: what failed, on what, and what to do next.</summary>
public sealed class LitestreamException : Exception
{
    /// <summary>Makes an error.</summary>
    /// <param name="errorId">The stable id, as about_Litestream_Errors lists them.</param>
    /// <param name="message">What failed.</param>
    /// <param name="target">The database, object, path or URL it is about.</param>
    /// <param name="hint">What to do next.</param>
    /// <param name="inner">The cause.</param>
    public LitestreamException(string errorId, string message, string? target, string? hint, Exception? inner = null)
        : base(message, inner)
    {
        ErrorId = errorId;
        Target = target;
        Hint = hint;
    }

    /// <summary>The stable id.</summary>
    public string ErrorId { get; }

    /// <summary>The database, object, path or URL the error is about.</summary>
    public string? Target { get; }

    /// <summary>What to do next.</summary>
    public string? Hint { get; }

    /// <summary>Id, message and hint, as lists show it. How it came to it is in StackTrace and InnerException, as Get-Error shows them.</summary>
    public override string ToString() => $"{ErrorId}: {Message}{(Hint is null ? "" : " " + Hint)}";
}
