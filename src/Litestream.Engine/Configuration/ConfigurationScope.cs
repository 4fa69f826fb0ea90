using System.Globalization;

namespace Litestream.Engine.Configuration;

/// <summary>What all sections of one file share.</summary>
/// <param name="file">Path of the file.</param>
/// <param name="expansion">Null to leave values as they are.</param>
internal sealed class ConfigurationScope(string file, EnvironmentExpansion? expansion)
{
    private readonly List<string> _warnings = [];

    public string File => file;

    public IReadOnlyList<string> Warnings => _warnings;

    public string Expand(string text, Func<string, string, Exception> refuse) => expansion?.Expand(text, refuse) ?? text;

    public void Warn(long line, string message) => _warnings.Add(string.Create(CultureInfo.InvariantCulture, $"{file}, line {line}: {message}"));
}
