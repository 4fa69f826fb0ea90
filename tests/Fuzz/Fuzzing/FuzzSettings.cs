using System.Globalization;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>What is asked of a run.</summary>
internal sealed record FuzzSettings
{
    /// <summary>Executions of all targets together.</summary>
    public long Executions { get; init; } = 1_000_000;

    /// <summary>How long all of it may take; null for as long as it does.</summary>
    public TimeSpan? Limit { get; init; }

    /// <summary>The one target; null for all.</summary>
    public string? Target { get; init; }

    /// <summary>Decides all that is random.</summary>
    public int Seed { get; init; } = 1;

    /// <summary>A file with an input to give once to the target.</summary>
    public string? Replay { get; init; }

    /// <summary>Whether the corpus in the repository becomes what was found.</summary>
    public bool KeepsCorpus { get; init; }

    /// <summary>The file of the flight recorder, in the process that fuzzes one target.</summary>
    public string? Recorder { get; init; }

    public static FuzzSettings Parse(string[] args) => new()
    {
        Executions = Value(args, "--executions") is { } executions ? long.Parse(executions, NumberStyles.None, CultureInfo.InvariantCulture) : new FuzzSettings().Executions,
        Limit = Value(args, "--minutes") is { } minutes ? TimeSpan.FromMinutes(double.Parse(minutes, CultureInfo.InvariantCulture)) : null,
        Target = Value(args, "--target"),
        Seed = Value(args, "--seed") is { } seed ? int.Parse(seed, CultureInfo.InvariantCulture) : new FuzzSettings().Seed,
        Replay = Value(args, "--replay"),
        KeepsCorpus = args.Contains("--keep-corpus"),
        Recorder = Value(args, "--recorder"),
    };

    /// <summary>The same as arguments, for the process that fuzzes one target.</summary>
    public IEnumerable<string> ToArguments() =>
    [
        "--executions", Executions.ToString(CultureInfo.InvariantCulture), "--seed", Seed.ToString(CultureInfo.InvariantCulture), "--target", Target!, "--recorder", Recorder!,
        .. Limit is { } limit ? ["--minutes", limit.TotalMinutes.ToString("R", CultureInfo.InvariantCulture)] : Array.Empty<string>(),
        .. KeepsCorpus ? ["--keep-corpus"] : Array.Empty<string>(),
    ];

    private static string? Value(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at < 0 || at + 1 >= args.Length ? null : args[at + 1];
    }
}
