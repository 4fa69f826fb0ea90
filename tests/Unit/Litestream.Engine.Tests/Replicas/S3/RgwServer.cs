using Litestream.Servers;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>The Ceph RADOS Gateway for the tests of a class.</summary>
public sealed class RgwServer : S3ServerFixture
{
    protected override string Missing => "Ceph (Debian packages radosgw, ceph-mon and ceph-osd) is not here";

    internal RgwGateway Gateway => (RgwGateway)Server;

    private protected override async Task<IS3Server?> TryStartAsync() => (await RgwCluster.ShareAsync())?.Gateway;
}
