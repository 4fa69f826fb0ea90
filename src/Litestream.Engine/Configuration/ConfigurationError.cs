using Litestream.Engine.Errors;

namespace Litestream.Engine.Configuration;

/// <summary>Makes the errors of a configuration file: each names the file and the line.</summary>
internal static class ConfigurationError
{
    /// <summary>At a line.</summary>
    /// <param name="file">Path of the file.</param>
    /// <param name="line">From 1.</param>
    /// <param name="message">What is wrong, without the place. No values that may be secret.</param>
    /// <param name="hint">What to do.</param>
    /// <param name="inner">The cause.</param>
    public static LitestreamException At(string file, long line, string message, string hint, Exception? inner = null) =>
        new(ErrorCode.InvalidConfiguration, $"{file}, line {line}: {message}", file, hint, inner);
}
