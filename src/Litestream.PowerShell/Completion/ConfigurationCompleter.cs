using System.Management.Automation;
using Litestream.Engine.Configuration;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Completion;

/// <summary>The databases of a configuration file, by the name of the file where that is enough; for -ReplicaName the replicas of -Database, or of all.</summary>
internal sealed class ConfigurationCompleter : Completer
{
    private const string ConfigPath = "ConfigPath";
    private const string Database = "Database";
    private const string ReplicaName = "ReplicaName";
    private const string NoExpandEnvironment = "NoExpandEnvironment";

    /// <inheritdoc/>
    protected override Func<CancellationToken, Task<IReadOnlyList<CompletionCandidate>>> Prepare(TypedParameters typed)
    {
        var path = TypedParameters.ResolvePath(typed.Find<string>(ConfigPath) ?? ConfigurationReader.DefaultPath);
        var reader = new ConfigurationReader
        {
            CurrentFolder = TypedParameters.CurrentFolder,
            FindVariable = typed.Has(NoExpandEnvironment) ? null : Environment.GetEnvironmentVariable,
        };
        var database = typed.Find<string>(Database);
        return _ => Task.FromResult<IReadOnlyList<CompletionCandidate>>(
            [.. typed.ParameterName == ReplicaName ? ReplicasOf(reader.ReadFile(path), database) : DatabasesOf(reader.ReadFile(path))]);
    }

    private static IEnumerable<CompletionCandidate> DatabasesOf(LitestreamConfiguration configuration) =>
        configuration.Databases.GroupBy(d => _Format.LastPart(d.Path)).SelectMany(g => g.Select(
            d => new CompletionCandidate(WildcardPattern.Escape(g.Count() == 1 ? g.Key : d.Path), $"{d.Path}, to {string.Join(", ", d.Replicas.Select(r => r.Name))}")
            {
                OtherBegin = g.Count() == 1 ? d.Path : g.Key,
            }));

    private static IEnumerable<CompletionCandidate> ReplicasOf(LitestreamConfiguration configuration, string? database) =>
        configuration.Databases.Where(d => database is null || database == d.Path || database == _Format.LastPart(d.Path))
            .SelectMany(d => d.Replicas).GroupBy(r => r.Name, r => r.Url).Select(g => new CompletionCandidate(g.Key, string.Join(", ", g)));
}
