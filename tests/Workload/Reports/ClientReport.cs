using System.Text.Json;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Reports;

/// <summary>What a client says at its end: one JSON line on standard output.</summary>
public sealed class ClientReport
{
    /// <summary>The command.</summary>
    public required string Client { get; init; }

    /// <summary>Commits, reads or checkpoints that went well.</summary>
    public long Done { get; set; }

    /// <summary>Transactions that it rolled back on purpose.</summary>
    public long RolledBack { get; set; }

    /// <summary>SQLite's errors by name.</summary>
    public Dictionary<string, long> Errors { get; init; } = [];

    /// <summary>What is peculiar to the client, e.g. torn reads.</summary>
    public Dictionary<string, long> Counters { get; init; } = [];

    /// <summary>How long a transaction took, without the client's own pauses.</summary>
    public LatencyHistogram Latency { get; init; } = new();

    /// <summary>Counts an error.</summary>
    public void Add(SqliteException error) => Errors[error.Kind] = Errors.GetValueOrDefault(error.Kind) + 1;

    /// <summary>Counts something.</summary>
    public void Count(string name, long by = 1) => Counters[name] = Counters.GetValueOrDefault(name) + by;

    /// <summary>Reads a report; null if the line is none.</summary>
    public static ClientReport? Parse(string line) =>
        line.StartsWith('{') ? JsonSerializer.Deserialize<ClientReport>(line) : null;

    /// <summary>Writes it to standard output.</summary>
    public void Print() => Console.Out.WriteLine(JsonSerializer.Serialize(this));
}
