using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3.Faults;

/// <summary>Faults on the way to the server of <see cref="RgwServer"/>.</summary>
public sealed class RgwFaultTests(RgwServer server) : FaultTests(server), IClassFixture<RgwServer>;
