using Litestream.Engine.Errors;
using Litestream.Engine.Format;

namespace Litestream.Engine.Replicas;

/// <summary>Tells what is at a place where no generation was found.</summary>
internal static class ForeignContent
{
    private const int NamesShown = 5;

    public static async Task<LitestreamException> DescribeAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        var folders = await ToListAsync(replica.ListFoldersAsync("", cancellationToken)).ConfigureAwait(false);
        var objects = await ToListAsync(replica.ListObjectsAsync("", cancellationToken)).ConfigureAwait(false);
        var url = replica.Url;
        if (folders.Contains("ltx") || objects.Exists(o => o.Key.EndsWith(".ltx", StringComparison.Ordinal)))
            return new(ErrorCode.ReplicaFormatUnknown, $"'{url}' holds LTX files: a replica of Litestream 0.5.", url,
                "Restore it with Litestream 0.5; this module reads the generations of Litestream 0.3.");
        if (folders.Exists(f => GenerationId.TryParse(f, out _)))
            return new(ErrorCode.ReplicaFormatUnknown, $"'{url}' is the 'generations' folder inside a replica.", url,
                "Give the folder above it.");
        if (folders.Contains("snapshots") || folders.Contains("wal"))
            return new(ErrorCode.ReplicaFormatUnknown, $"'{url}' looks like one generation inside a replica.", url,
                "Give the folder that holds 'generations', and this generation by its id.");
        var names = folders.Concat(objects.Select(o => o.Key)).ToList();
        if (names.Count == 0)
            return new(ErrorCode.ReplicaNotFound, $"There is no replica at '{url}': nothing is there.", url,
                "Check the path, and whether replication has made its first snapshot.");
        var found = string.Join(", ", names.Take(NamesShown).Select(n => $"'{n}'")) + (names.Count > NamesShown ? ", …" : "");
        return new(ErrorCode.ReplicaNotFound, $"There is no generation at '{url}', which holds {found}.", url,
            "Give the folder that holds 'generations', and check whether replication has made its first snapshot.");
    }

    private static async Task<List<T>> ToListAsync<T>(IAsyncEnumerable<T> items)
    {
        var list = new List<T>();
        await foreach (var item in items.ConfigureAwait(false)) list.Add(item);
        return list;
    }
}
