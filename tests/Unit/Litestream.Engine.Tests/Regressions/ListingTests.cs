using Litestream.Engine.Tests.Fakes;
using Litestream.Engine.Tests.Replication;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>A folder is listed (to restore, to see what is there) while a replication writes to it.</summary>
public sealed class ListingTests
{
    [Fact]
    public async Task A_folder_can_be_listed_while_it_is_written()
    {
        using var folder = new TempFolder();
        await using var client = RunningReplication.Folder(Path.Combine(folder.Path, "replica"));
        var stop = false;
        var writing = Task.Run(async () =>
        {
            for (var number = 0; !Volatile.Read(ref stop); number++)
                await client.PutAsync($"generations/a/wal/{number % 50:x8}", new MemoryStream([1, 2, 3]), DateTimeOffset.UnixEpoch.AddYears(50), default);
        });
        var (listings, odd) = (0, 0);
        try
        {
            var until = DateTime.UtcNow.AddSeconds(3);
            while (DateTime.UtcNow < until)
            {
                listings++;
                await foreach (var item in client.ListObjectsAsync("generations/a/wal/", default))
                    if (item.Time < DateTimeOffset.UnixEpoch.AddYears(40) || item.Size != 3) odd++;
            }
        }
        catch (Exception e)
        {
            Assert.Fail($"listing {listings}: {e.Message}");
        }
        finally
        {
            Volatile.Write(ref stop, true);
            await writing;
        }

        Assert.Equal(0, odd);
    }
}
