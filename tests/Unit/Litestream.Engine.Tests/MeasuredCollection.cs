using Xunit;

namespace Litestream.Engine.Tests;

/// <summary>Tests that count what the whole process takes: nothing else runs beside them.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class MeasuredCollection
{
    public const string Name = "measured";
}
