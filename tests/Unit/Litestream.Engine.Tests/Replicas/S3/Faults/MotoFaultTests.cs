using Xunit;

namespace Litestream.Engine.Tests.Replicas.S3.Faults;

/// <summary>Faults on the way to the server of <see cref="MotoServer"/>.</summary>
public sealed class MotoFaultTests(MotoServer server) : FaultTests(server), IClassFixture<MotoServer>;
