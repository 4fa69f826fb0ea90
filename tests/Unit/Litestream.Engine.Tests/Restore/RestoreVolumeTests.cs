using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Restore;

/// <summary>Restores to a volume that is full, or read-only: they end with an error, and what was there is whole.</summary>
public sealed class RestoreVolumeTests : ReplacementTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(30);

    [SkippableTheory]
    [InlineData("size=1m", true)]
    [InlineData("size=1m", false)]
    [InlineData("nr_inodes=2", true)]
    [InlineData("nr_inodes=1", false)]
    public async Task A_full_volume_takes_nothing_and_loses_nothing(string limit, bool isReplaced)
    {
        using var volume = new SmallVolume(Database["volume"]);
        var changed = await PrepareAsync(volume, limit, isReplaced);
        if (limit.StartsWith("size", StringComparison.Ordinal)) volume.Fill();

        Assert.Equal(ErrorCode.DiskFull, (await FailAsync(volume)).Code);

        volume.Remount("nr_inodes=0");
        CheckUnchanged(volume, changed);
    }

    [SkippableTheory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_only_volume_is_an_error(bool isReplaced)
    {
        using var volume = new SmallVolume(Database["volume"]);
        var changed = await PrepareAsync(volume, "size=1m", isReplaced);
        volume.Remount("ro");

        Assert.Equal(ErrorCode.RestoreTargetUnwritable, (await FailAsync(volume)).Code);

        volume.Remount("rw");
        CheckUnchanged(volume, changed);
    }

    [SkippableFact]
    public async Task A_safety_copy_is_not_put_back_on_a_read_only_volume()
    {
        using var volume = new SmallVolume(Database["volume"]);
        var changed = await PrepareAsync(volume, "size=1m", isReplaced: true);
        var safetyCopy = (await RestoreAsync(volume["app.db"])).SafetyCopy!;
        volume.Remount("ro");

        Assert.Throws<LitestreamException>(() => new RestoreUndo(new()).Run(volume["app.db"], safetyCopy));

        volume.Remount("rw");
        Assert.Equal(changed, Read(safetyCopy));
        Assert.Equal(Replicated, await File.ReadAllBytesAsync(volume["app.db"]));
    }

    private async Task<byte[]?> PrepareAsync(SmallVolume volume, string limit, bool isReplaced)
    {
        volume.Mount(limit);
        var changed = await ReplicateAndChangeAsync();
        if (!isReplaced) return null;
        File.Copy(Database.Path, volume["app.db"]);
        return changed;
    }

    private async Task<LitestreamException> FailAsync(SmallVolume volume) =>
        await Assert.ThrowsAsync<LitestreamException>(() => Task.Run(() => RestoreAsync(volume["app.db"])).WaitAsync(s_patience));

    private static void CheckUnchanged(SmallVolume volume, byte[]? changed)
    {
        volume.Free();
        Assert.Equal(changed is null ? [] : ["app.db"], Directory.GetFiles(volume.Path).Select(Path.GetFileName));
        if (changed is not null) Assert.Equal(changed, Read(volume["app.db"]));
    }
}
