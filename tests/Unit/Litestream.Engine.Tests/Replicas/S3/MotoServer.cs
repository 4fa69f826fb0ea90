using Litestream.Servers;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>moto for the tests of a class.</summary>
public sealed class MotoServer : S3ServerFixture
{
    private MotoProcess? _process;

    protected override string Missing => "moto_server is not here";

    public override Task DisposeAsync()
    {
        _process?.Dispose();
        return Task.CompletedTask;
    }

    private protected override async Task<IS3Server?> TryStartAsync() => _process = await MotoProcess.TryStartAsync();
}
