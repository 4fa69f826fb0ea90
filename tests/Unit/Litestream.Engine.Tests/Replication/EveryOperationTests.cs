using Litestream.Engine.Errors;
using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

/// <summary>Each single file operation in the metadata folder and in a folder replica fails, and the two after it: replication goes on
/// by itself when they work again, and the restore equals the source.</summary>
public sealed class EveryOperationTests
{
    private const int NoSpace = 28;
    private const int Failures = 3;

    private static readonly HashSet<string> s_needSpace = ["create", "write", "flush", "create folder", "flush folder", "rename", "time"];

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Replication_recovers_when_any_operation_fails(bool isFull)
    {
        var steps = await RunAsync(int.MaxValue, isFull);
        Assert.True(steps > 60, $"only {steps} operations");
        await Parallel.ForAsync(0, steps, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (step, _) => await RunAsync(step, isFull));
    }

    /// <summary>Replicates some commits.</summary>
    /// <param name="step">The first operation that fails.</param>
    /// <param name="isFull">Whether space is short, which fails only what needs some; otherwise access is denied to everything.</param>
    /// <returns>How many operations there were.</returns>
    private static async Task<int> RunAsync(int step, bool isFull)
    {
        using var database = new TestDatabase();
        var files = new SteppedFileSystem();
        var steps = 0;
        var hasBegun = false;
        string? failed = null;
        files.Before = (operation, path) =>
        {
            if (isFull && !s_needSpace.Contains(operation)) return;
            var isSpool = path.Contains("-litestream-ps", StringComparison.Ordinal);
            if (!isSpool && !path.StartsWith(database["replica"], StringComparison.Ordinal)) return;
            var now = Interlocked.Increment(ref steps) - 1;
            hasBegun |= isSpool && path.EndsWith(".snapshot.lz4.tmp", StringComparison.Ordinal);
            if (now < step || now >= step + Failures) return;
            failed ??= $"{operation} {Path.GetRelativePath(Path.GetDirectoryName(database.Path)!, path)}";
            throw isFull ? new IOException("no space", NoSpace) : new UnauthorizedAccessException("denied");
        };

        for (var starts = 0; ; starts++)
        {
            try
            {
                await ReplicateAsync(database, files);
                break;
            }
            catch (LitestreamException e) when (!hasBegun && starts < Failures && e.Code is ErrorCode.DiskFull or ErrorCode.MetadataUnwritable)
            {
                // it never began, and said why: started again it does
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"Operation {step}, {failed}: {e.Message}", e);
            }
        }

        var restored = await RunningReplication.RestoreAsync(database);
        Assert.True(database.App.Image().SequenceEqual(restored), $"operation {step}, {failed}");
        return steps;
    }

    private static async Task ReplicateAsync(TestDatabase database, SteppedFileSystem files)
    {
        await using var replication = RunningReplication.Start(
            database, o => o with { MaxSegmentsPerIndex = 2 }, new() { Files = files, Time = new QuickTime() });
        try
        {
            for (var commit = 0; commit < 4; commit++)
            {
                database.App.Insert();
                await SyncAsync(replication);
            }
        }
        catch (LitestreamException e) when (e.Code == ErrorCode.ReplicationEnded)
        {
            await replication.Running; // has ended, and says why
            throw;
        }
    }

    /// <summary>A disk that is full for long is told, and room may have come then: the clock is quick, and the machine may be slow.</summary>
    private static async Task SyncAsync(RunningReplication replication)
    {
        for (var refusals = 0; ; refusals++)
        {
            try
            {
                await replication.SyncAsync();
                return;
            }
            catch (LitestreamException e) when (e.Code == ErrorCode.DiskFull && refusals < Failures)
            {
                // asked for again
            }
        }
    }
}
