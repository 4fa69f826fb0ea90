using Litestream.Engine.Errors;

namespace Litestream.Engine.Drills;

/// <summary>What a check found.</summary>
/// <param name="Error">Why it has not passed; null if it has.</param>
/// <param name="Messages">What to tell.</param>
internal sealed record Finding(LitestreamException? Error, IReadOnlyList<string> Messages)
{
    /// <summary>All is as it should be.</summary>
    public static Finding Good { get; } = new(null, []);

    /// <summary>An error that says it all.</summary>
    public static Finding Of(LitestreamException error) => new(error, [error.Message]);
}
