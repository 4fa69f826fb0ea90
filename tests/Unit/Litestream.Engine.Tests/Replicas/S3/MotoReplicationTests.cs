using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3;

/// <summary>Replication and restore on moto.</summary>
public sealed class MotoReplicationTests(MotoServer server) : S3ReplicationTests(server), IClassFixture<MotoServer>;
