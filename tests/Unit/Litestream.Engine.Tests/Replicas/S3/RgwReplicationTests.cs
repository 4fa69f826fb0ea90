using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>Replication and restore on the Ceph RADOS Gateway.</summary>
public sealed class RgwReplicationTests(RgwServer server) : S3ReplicationTests(server), IClassFixture<RgwServer>;
