namespace Litestream.Engine.Tests.DamageTable;

/// <summary>One row of the table.</summary>
/// <param name="Name">What is damaged, and how.</param>
/// <param name="Apply">Does it, and tells what is to be expected.</param>
internal sealed record DamageCase(string Name, Func<DamagedReplica, Expectation> Apply);
