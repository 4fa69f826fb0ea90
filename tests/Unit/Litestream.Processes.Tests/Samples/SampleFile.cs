using System.Text.Json;
using System.Text.RegularExpressions;
using Litestream.PowerShell.Tests.Hosting;
using Xunit;

namespace Litestream.Processes.Tests.Samples;

/// <summary>A file of the samples, with the paths of a test in the place of its own.</summary>
internal sealed partial class SampleFile
{
    private SampleFile(string text) => Text = text;

    public string Text { get; }

    /// <summary>Where a file of the samples is.</summary>
    public static string PathOf(string name) => Path.Combine(Repository.Root, "samples", name);

    /// <summary>Reads one whose database is app.db and whose replica is 'replica' in a folder.</summary>
    public static SampleFile Read(string name, string folder) => new(Paths().Replace(File.ReadAllText(PathOf(name)), path => path.Value switch
    {
        "/usr/bin/pwsh" => SampleProcess.Pwsh,
        "/opt/litestream" when name.StartsWith("Container", StringComparison.Ordinal) => PathOf("Service"),
        "/opt/litestream" => PathOf("."),
        "/srv/app" or "/data" or "/var/log/litestream" => folder,
        "/backup/app" => Path.Combine(folder, "replica"),
        _ => Path.Combine(folder, "work"),
    }));

    /// <summary>The only line that begins so, without the beginning.</summary>
    public string After(string beginning) =>
        Assert.Single(Text.Split('\n'), l => l.StartsWith(beginning, StringComparison.Ordinal))[beginning.Length..].Trim();

    /// <summary>The JSON array of strings that follows a keyword, as a shell takes it.</summary>
    public string Command(string keyword) => string.Join(' ',
        JsonSerializer.Deserialize<string[]>(After(keyword).Split("CMD ")[^1])!.Select(a => a == "pwsh" ? SampleProcess.Pwsh : a));

    [GeneratedRegex("/usr/bin/pwsh|/opt/litestream|/srv/app(?=[/ \n])|/data(?=/)|/var/log/litestream|/backup/app(?=[ \n])|/var/cache/litestream-drill")]
    private static partial Regex Paths();
}
