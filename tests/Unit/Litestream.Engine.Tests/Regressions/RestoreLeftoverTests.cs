using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Hostile review: "a failure or cancellation leaves nothing behind", but for the flush of the folder behind the rename.</summary>
public sealed class RestoreLeftoverTests
{
    [Fact]
    public async Task A_restore_that_fails_at_its_last_flush_leaves_nothing()
    {
        using var folder = new TempFolder();
        var builder = new ReplicaBuilder().Snapshot(0);
        var target = Path.Combine(folder.Path, "restored.db");
        var plan = await new RestorePlanner(builder.Client).PlanAsync(new(), default);
        await Assert.ThrowsAsync<LitestreamException>(() => new Restorer(new() { Files = new Unflushable() }).RestoreAsync(
            builder.Client, plan, target, new() { Check = IntegrityCheckMode.None }, null, default));
        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    /// <summary>Simulation, seed 8: what could not be deleted behind the rename made a failure of a restore whose database stood there, whole.</summary>
    [Theory]
    [InlineData("-spill")]
    [InlineData("-journal")]
    [InlineData("-lock")]
    public async Task A_restore_has_its_database_or_it_has_failed(string undeletable)
    {
        using var folder = new TempFolder();
        var builder = new ReplicaBuilder().Snapshot(0);
        var target = Path.Combine(folder.Path, "restored.db");
        var plan = await new RestorePlanner(builder.Client).PlanAsync(new(), default);
        var restore = new Restorer(new() { Files = new Undeletable(undeletable) }).RestoreAsync(
            builder.Client, plan, target, new() { Check = IntegrityCheckMode.None }, null, default);
        await Task.WhenAny(restore);
        Assert.Equal(restore.IsCompletedSuccessfully, File.Exists(target));
    }

    private sealed class Undeletable(string suffix) : LocalFiles
    {
        public override void Delete(string path)
        {
            if (path.EndsWith(suffix, StringComparison.Ordinal)) throw new IOException("Input/output error", 5);
            base.Delete(path);
        }
    }

    private sealed class Unflushable : LocalFiles
    {
        public override void FlushDirectory(string directory) => throw new IOException("Input/output error", 5);
    }
}
