using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;

namespace Litestream.Engine.Diagnosis;

/// <summary>Tries on a replica, one by one, what replication does there: with an object of its own, which is gone when it is over.</summary>
/// <param name="environment">Files, time and randomness.</param>
public sealed class ReplicaProbe(EngineEnvironment environment)
{
    private const int Size = 64;
    private const string PutCheck = "ReplicaPut";
    private const string GetCheck = "ReplicaGet";
    private const string DeleteCheck = "ReplicaDelete";

    /// <summary>Of this machine's clock and the store's: S3 refuses requests at 15 min.</summary>
    private static readonly TimeSpan s_largeSkew = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan s_smallSkew = TimeSpan.FromMinutes(1);
    private static readonly string[] s_rights = [PutCheck, GetCheck, DeleteCheck];
    private static readonly TimeSpan s_tidying = TimeSpan.FromSeconds(30);

    /// <summary>When the tries are ended, somebody waits for the prompt.</summary>
    private static readonly TimeSpan s_hurriedTidying = TimeSpan.FromMilliseconds(500);

    /// <summary>Tries.</summary>
    /// <param name="replica">The replica; stays open.</param>
    /// <param name="cancellationToken">Ends the tries; what was stored is deleted then, too, if the store answers at once.</param>
    public async Task<IReadOnlyList<EnvironmentFinding>> RunAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        var findings = new List<EnvironmentFinding>();
        var list = await TryAsync(replica, "ReplicaList", "s3:ListBucket", "listed", async () =>
        {
            var objects = replica.ListObjectsAsync("", cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (objects.ConfigureAwait(false)) await objects.MoveNextAsync().ConfigureAwait(false);
        }).ConfigureAwait(false);
        findings.Add(list.Finding);
        if (list.Error is null or { Code: ErrorCode.ReplicaAccessDenied }) findings.AddRange(await ProbeAsync(replica, cancellationToken).ConfigureAwait(false));
        // where nobody answers, the others would only wait for the same
        else findings.AddRange(s_rights.Select(check => NotTried(check, replica.Url, "could be listed")));
        if (replica.ClockDifference is { } difference) findings.Add(JudgeClock(replica.Url, difference));
        return findings;
    }

    private async Task<List<EnvironmentFinding>> ProbeAsync(IReplicaClient replica, CancellationToken cancellationToken)
    {
        var key = string.Create(CultureInfo.InvariantCulture, $"litestream-ps.probe-{environment.Random.NextInt64():x16}");
        var content = new byte[Size];
        environment.Random.NextBytes(content);
        var made = replica is FolderReplicaClient ? NearestFolder(replica.Url) : null;
        var (findings, stored) = (new List<EnvironmentFinding>(), false);
        try
        {
            var put = await TryAsync(replica, PutCheck, "s3:PutObject, and s3:PutObjectTagging where it has tags", "written",
                () => replica.PutAsync(key, new MemoryStream(content), environment.Time.GetUtcNow(), cancellationToken)).ConfigureAwait(false);
            findings.Add(put.Finding);
            stored = put.Error is null;
            findings.Add(stored
                ? (await TryAsync(replica, GetCheck, "s3:GetObject", "read", () => ReadAsync(replica, key, content, cancellationToken)).ConfigureAwait(false)).Finding
                : NotTried(GetCheck, replica.Url, "could be stored"));
        }
        finally
        {
            // in any case, and also where it was not stored as far as the answer tells
            using var limit = new CancellationTokenSource(s_tidying, environment.Time);
            using var sooner = cancellationToken.Register(() => limit.CancelAfter(s_hurriedTidying));
            var delete = await TryAsync(replica, DeleteCheck, "s3:DeleteObject", "deleted from", () => replica.DeleteAsync([key], limit.Token)).ConfigureAwait(false);
            findings.Add(delete.Error is not null
                ? delete.Finding with { Message = $"{delete.Finding.Message} '{key}' may be left there.", Hint = $"{delete.Finding.Hint} Then delete '{key}'." }
                // a store asks for the right also where there is nothing to delete, a folder does not
                : !stored && replica is FolderReplicaClient ? NotTried(DeleteCheck, replica.Url, "could be stored")
                : delete.Finding);
            if (made is not null && RemoveEmpty(replica.Url, made) is { } left) findings.Add(left);
        }

        return findings;
    }

    private static EnvironmentFinding NotTried(string check, string url, string what) => new(FindingSeverity.Information, check, url, $"Not tried, as nothing {what}.");

    private static async Task ReadAsync(IReplicaClient replica, string key, byte[] expected, CancellationToken cancellationToken)
    {
        using var read = new MemoryStream();
        var stream = await replica.GetAsync(key, cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false)) await stream.CopyToAsync(read, cancellationToken).ConfigureAwait(false);
        if (!read.GetBuffer().AsSpan(0, (int)read.Length).SequenceEqual(expected))
            throw new LitestreamException(ErrorCode.ObjectCorrupt, $"What was stored in '{replica.Url}' comes back changed.", replica.Url, "Do not use this store, or find out who changes it on the way.");
    }

    private static async Task<(EnvironmentFinding Finding, LitestreamException? Error)> TryAsync(IReplicaClient replica, string check, string right, string done, Func<Task> work)
    {
        try
        {
            await work().ConfigureAwait(false);
            return (EnvironmentFinding.Ok(check, replica.Url, $"The replica can be {done}."), null);
        }
        catch (LitestreamException e)
        {
            var finding = EnvironmentFinding.Of(check, replica.Url, e);
            return (S3Errors.LacksRight(e.InnerException) ? finding with { Hint = $"Give the user {right} there." } : finding, e);
        }
    }

    private static EnvironmentFinding JudgeClock(string url, TimeSpan difference)
    {
        const string Check = "ClockSkew";
        var seconds = string.Create(CultureInfo.InvariantCulture, $"The store's clock differs from this machine's by {Math.Abs(difference.TotalSeconds):0} s.");
        const string Hint = "Let a time service set the clock of this machine.";
        return difference.Duration() switch
        {
            var d when d >= s_largeSkew => new(FindingSeverity.Error, Check, url, $"{seconds} It refuses requests.", Hint),
            var d when d >= s_smallSkew => new(FindingSeverity.Warning, Check, url, seconds, Hint),
            _ => EnvironmentFinding.Ok(Check, url, seconds),
        };
    }

    /// <summary>The folder that is there before the replica's may be made.</summary>
    private string NearestFolder(string path)
    {
        while (environment.Files.Find(path) is null && Path.GetDirectoryName(path) is { } parent) path = parent;
        return path;
    }

    private EnvironmentFinding? RemoveEmpty(string folder, string upTo)
    {
        try
        {
            for (; folder.Length > upTo.Length; folder = Path.GetDirectoryName(folder)!) environment.Files.DeleteEmptyDirectory(folder);
            return null;
        }
        catch (Exception e) when (FileErrors.IsFileError(e))
        {
            return new(FindingSeverity.Warning, DeleteCheck, folder, $"The empty folder '{folder}' was made for the try and can't be deleted: {e.Message}", "Delete it, unless replication is to begin there.");
        }
    }
}
