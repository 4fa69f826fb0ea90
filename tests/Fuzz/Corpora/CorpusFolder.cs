using System.Security.Cryptography;
using Litestream.Fuzz.Targets;
using Litestream.Servers;

namespace Litestream.Fuzz.Corpora;

/// <summary>The inputs of a target that are kept: each takes a branch that no other does, or has failed once.</summary>
internal sealed class CorpusFolder(IFuzzTarget target)
{
    private const string FailurePrefix = "failed-";

    private readonly string _path = Path.Combine(RepositoryFolder.Path, "tests", "Fuzz", "Corpus", target.Name);

    /// <summary>Reads all, in order of their names.</summary>
    public IReadOnlyList<byte[]> Load() => Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path).Order(StringComparer.Ordinal).Select(File.ReadAllBytes)] : [];

    /// <summary>Replaces all but those that have failed once.</summary>
    public void Replace(IEnumerable<byte[]> inputs)
    {
        Directory.CreateDirectory(_path);
        foreach (var file in Directory.EnumerateFiles(_path))
            if (!Path.GetFileName(file).StartsWith(FailurePrefix, StringComparison.Ordinal)) File.Delete(file);
        foreach (var input in inputs) File.WriteAllBytes(Path.Combine(_path, NameOf(input)), input);
    }

    /// <summary>Adds one that has failed.</summary>
    /// <returns>Its path.</returns>
    public string AddFailure(byte[] input)
    {
        Directory.CreateDirectory(_path);
        var path = Path.Combine(_path, FailurePrefix + NameOf(input));
        File.WriteAllBytes(path, input);
        return path;
    }

    private static string NameOf(byte[] input) => Convert.ToHexStringLower(SHA256.HashData(input))[..16];
}
