using System.Text.Json;
using Litestream.Engine.Errors;

namespace Litestream.Engine.Reports.Writing;

/// <summary>A report as JSON, to and fro.</summary>
public static class JsonReport
{
    private static readonly JsonSerializerOptions s_options = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Writes a report.</summary>
    /// <param name="report">The report.</param>
    /// <returns>UTF-8.</returns>
    public static byte[] Write(Report report) => JsonSerializer.SerializeToUtf8Bytes(report, s_options);

    /// <summary>Reads a report that was written before.</summary>
    /// <param name="content">UTF-8, with or without a byte order mark.</param>
    /// <param name="path">Where it is from.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.InvalidArgument"/> when it is no report, or of a later form.</exception>
    public static Report Read(ReadOnlySpan<byte> content, string path)
    {
        if (content.StartsWith("\uFEFF"u8)) content = content["\uFEFF"u8.Length..];
        try
        {
            // the serializer leaves what is absent null, whatever the type says
            if (JsonSerializer.Deserialize<Report>(content, s_options) is { Version: Report.CurrentVersion, Replicas: { } replicas } report
                && replicas.All(IsWhole))
                return report;
        }
        catch (JsonException exception)
        {
            throw NoReport(path, exception);
        }

        throw NoReport(path, null);
    }

    private static bool IsWhole(ReplicaReport? replica) =>
        replica is { Url: not null, Generations: not null, Drills: not null, Tests: not null, Sizes: not null }
        && replica.Generations.All(g => g is { Id: not null, Snapshots: not null, Segments: not null, Windows: not null, Gaps: not null }
            && g.Snapshots.Concat(g.Segments).All(o => o is not null))
        && replica.Drills.All(d => d is { Result: not null, Checks: not null }
            && d.Checks.All(c => c is { Name: not null, Status: not null, Messages: not null } && c.Messages.All(m => m is not null)))
        && replica.Tests.All(t => t is { Generation: not null, Result: not null, EndProof: not null, Damage: not null } && t.Damage.All(d => d is not null))
        && replica.Sizes.All(s => s is not null);

    private static LitestreamException NoReport(string path, Exception? cause) => new(
        ErrorCode.InvalidArgument, $"The file '{path}' is no report that this version reads.", path,
        "Give files that Export-LitestreamReport -Format Json has written.", cause);
}
