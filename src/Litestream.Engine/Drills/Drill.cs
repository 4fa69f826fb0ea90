using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>Proves that a replica restores, by restoring it. Never writes to the replica, and never to the live database.</summary>
/// <param name="environment">Files, time, randomness and VFS.</param>
public sealed class Drill(EngineEnvironment environment)
{
    private static readonly TimeSpan s_silenceLimit = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan s_endLimit = TimeSpan.FromSeconds(10);

    /// <summary>Runs one.</summary>
    /// <param name="replica">The replica; stays open.</param>
    /// <param name="request">What to do.</param>
    /// <param name="progress">Is told how far the restore is; may be called on any thread.</param>
    /// <param name="cancellationToken">Ends the drill; nothing is left behind.</param>
    /// <returns>What it found, whatever that is. The caller disposes it.</returns>
    /// <exception cref="LitestreamException">Only what was asked for makes no sense: <see cref="ErrorCode.InvalidArgument"/> or
    /// <see cref="ErrorCode.ReplicaUrlInvalid"/>.</exception>
    public async Task<DrillRun> RunAsync(
        IReplicaClient replica, DrillRequest request, IProgress<RestoreProgress>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(replica);
        ArgumentNullException.ThrowIfNull(request);
        Check(request);
        var began = environment.Time.GetTimestamp();
        DrillFolder folder;
        try
        {
            folder = DrillFolder.Create(environment, request.WorkingFolder, request.KeepCopy);
        }
        catch (LitestreamException e)
        {
            return new(new DrillResult(replica.Url, environment.Time.GetUtcNow()).WithError(e), null, null);
        }

        try
        {
            var path = Path.Combine(folder.Path, request.FileName);
            var client = new PatientReplicaClient(replica, s_silenceLimit, environment.Time);
            var result = await RunAsync(new DrillSession(client, request, path, environment, progress), request, cancellationToken).ConfigureAwait(false);
            var restored = environment.Files.Find(path) is null ? null : path;
            if (folder.IsKept && restored is null) environment.Files.DeleteEmptyDirectory(folder.Path);
            return new(
                result with { Duration = environment.Time.GetElapsedTime(began), KeptCopy = folder.IsKept ? restored : null }, restored, folder);
        }
        catch
        {
            folder.Delete();
            throw;
        }
    }

    private static void Check(DrillRequest request)
    {
        if (request.IsRandom && request.Point is not { Index: null, Timestamp: null })
            throw Invalid("A drill restores a random point or a given one, not both.", nameof(request.IsRandom));
        if (request.MaxSize <= 0) throw Invalid("The largest size is a number of bytes above 0.", nameof(request.MaxSize));
        if (request.Timeout <= TimeSpan.Zero) throw Invalid("A drill needs some time.", nameof(request.Timeout));
        if (request.FileName != Path.GetFileName(request.FileName) || request.FileName is "" or "." or "..")
            throw Invalid($"'{request.FileName}' is not the name of a file.", nameof(request.FileName));

        static LitestreamException Invalid(string message, string target) => new(
            ErrorCode.InvalidArgument, message, target, "Get-Help Test-LitestreamBackup tells what belongs together.");
    }

    private async Task<DrillResult> RunAsync(DrillSession session, DrillRequest request, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(request.Timeout, environment.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var running = Task.Run(() => session.RunAsync(either.Token), CancellationToken.None);
        try
        {
            await running.WaitAsync(either.Token).ConfigureAwait(false);
            return session.Result;
        }
        catch (OperationCanceledException)
        {
            // what hangs in the system can't be cancelled, only be left alone
            await Task.WhenAny(running, Task.Delay(s_endLimit, environment.Time, CancellationToken.None)).ConfigureAwait(false);
            _ = running.ContinueWith(t => _ = t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            cancellationToken.ThrowIfCancellationRequested();
            var result = session.Result;
            return result.WithError(new(ErrorCode.Timeout,
                $"The drill of '{result.ReplicaUrl}' was not done within {request.Timeout.InSeconds()}.", result.ReplicaUrl,
                "A slow network is no bad replica: give it more time."));
        }
    }
}
