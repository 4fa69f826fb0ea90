using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>The databases of a configuration file, by the name of the file where that is enough; for -ReplicaName the replicas of -Database, or of all.</summary>
internal sealed class ConfigurationCompleter : Completer
{
    private const string ReplicaName = "ReplicaName";
    private const int UrlsShown = 3;

    /// <inheritdoc/>
    protected override Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>>? Prepare(TypedParameters typed)
    {
        if (TypedConfiguration.Find(typed, ConfigurationReader.DefaultPath) is not { } configuration) return null;
        var isReplica = typed.ParameterName == ReplicaName;
        return token => Task.FromResult<IReadOnlyList<CompletionCandidate>>(
            [.. isReplica ? ReplicasOf(configuration.FindDatabases(token)) : ToCandidates(configuration.FindDatabases(token))]);
    }

    private static IEnumerable<CompletionCandidate> ToCandidates(IReadOnlyList<DatabaseConfiguration> databases) =>
        databases.GroupBy(d => _Format.LastPart(d.Path)).SelectMany(g => g.Select(
            d => new CompletionCandidate(WildcardPattern.Escape(g.Count() == 1 ? g.Key : d.Path), $"{d.Path}, to {string.Join(", ", d.Replicas.Select(r => r.Name))}")
            {
                OtherBegin = g.Count() == 1 ? d.Path : g.Key,
            }));

    private static IEnumerable<CompletionCandidate> ReplicasOf(IReadOnlyList<DatabaseConfiguration> databases) =>
        databases.SelectMany(d => d.Replicas).GroupBy(r => r.Name, r => r.Url)
            .Select(g => new CompletionCandidate(g.Key, string.Join(", ", g.Take(UrlsShown)) + (g.Count() > UrlsShown ? ", …" : "")));
}
