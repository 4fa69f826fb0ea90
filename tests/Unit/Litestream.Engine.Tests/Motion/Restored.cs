using Litestream.Engine.Format;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Interop;
using Litestream.Engine.Tests.Replication;
using Litestream.Engine.Tests.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Motion;

/// <summary>What a replica gives back: by our restore, and by Litestream's where it is to be had.</summary>
internal static class Restored
{
    public static async Task AssertIsAsync(TestDatabase database, byte[] expected)
    {
        Assert.Equal(expected, await RunningReplication.RestoreAsync(database));
        if (!LitestreamOracle.IsSupported) return;
        var target = database[$"oracle-{Guid.NewGuid():N}.db"];
        await LitestreamOracle.RestoreAsync(database["replica"], target);
        Assert.Equal(expected, await File.ReadAllBytesAsync(target));
    }

    /// <summary>The end of a generation that is not the latest any more.</summary>
    public static async Task AssertFormerIsAsync(TestDatabase database, GenerationId generation, byte[] expected)
    {
        Assert.Equal(expected, await RunningReplication.RestoreAsync(database, request: new RestoreRequest { Generation = generation }));
        if (!LitestreamOracle.IsSupported) return;
        var target = database[$"oracle-{Guid.NewGuid():N}.db"];
        await LitestreamOracle.RestoreAsync(database["replica"], target, "-generation", generation.ToString());
        Assert.Equal(expected, await File.ReadAllBytesAsync(target));
    }
}
