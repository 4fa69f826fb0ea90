namespace Litestream.Stress.Runs;

/// <summary>The digests that a script recorded, one after each commit; equal neighbours, that a rollback or a VACUUM leaves,
/// count once.</summary>
/// <param name="digests">In order.</param>
internal sealed class RecordedStates(IReadOnlyList<string> digests)
{
    /// <summary>Number of the last state.</summary>
    public int Last => digests.Count - 1;

    /// <summary>Reads a script's file.</summary>
    public static async Task<RecordedStates> ReadAsync(string path)
    {
        var digests = new List<string>();
        await foreach (var line in File.ReadLinesAsync(path))
        {
            var digest = line[..line.IndexOf(' ', StringComparison.Ordinal)];
            if (digests.Count == 0 || digests[^1] != digest) digests.Add(digest);
        }

        return new(digests);
    }

    /// <summary>Finds a state at or behind another; null if there is none.</summary>
    public int? Find(string digest, int from)
    {
        for (var i = Math.Max(from, 0); i < digests.Count; i++)
        {
            if (digests[i] == digest) return i;
        }

        return null;
    }
}
