using System.Text;
using Litestream.Engine.Configuration;
using Litestream.Engine.Errors;

namespace Litestream.Fuzz.Targets;

/// <summary>The values of a configuration that have a form of their own: durations, patterns, texts with variables.</summary>
internal sealed class ConfigurationValueTarget : IFuzzTarget
{
    private static readonly EnvironmentExpansion s_expansion = new(name => name.Length % 2 == 0 ? name : null);

    public string Name => "configuration-value";

    public int Share => 1;

    public IEnumerable<byte[]> Seeds =>
        [.. new[] { "1h30m", "-1.5h", ".5us", "99999999999999999999h", "**/[a-z]*.db", "a?[^b-c]/**/x", "$AB-${CD}$", "[a-", "[]a]", "a\\[b" }.Select(Encoding.UTF8.GetBytes)];

    public IReadOnlyList<byte[]> Dictionary => [.. new[] { "**/", "*", "?", "[", "]", "^", "-[", "\\", "\u00b5s", "ns", "ms", "${", "}", "$A", "(", "{9}", "|" }.Select(Encoding.UTF8.GetBytes)];

    public int MaxLength => 256;

    /// <summary>A pattern is compiled to an automaton.</summary>
    public long MemoryFor(int length) => (8L << 20) + 65536L * length;

    public void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        _ = GoDuration.TryParse(text, out _);
        _ = s_expansion.Expand(text, (message, hint) => new LitestreamException(ErrorCode.InvalidConfiguration, message, text, hint));
        try
        {
            _ = FolderPattern.Parse(text).IsMatch("folder/aaaa.db");
        }
        catch (FormatException)
        {
            // the documented answer
        }
    }
}
