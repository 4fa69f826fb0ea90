namespace Litestream.Workload.Transactions;

/// <summary>The ways of writing by name.</summary>
internal static class TransactionKinds
{
    private static readonly Dictionary<string, ITransaction> s_kinds = new()
    {
        ["autocommit"] = new AutocommitTransaction(),
        ["immediate"] = new ImmediateTransaction(),
        ["deferred"] = new DeferredTransaction(),
        ["spill"] = new SpillTransaction(),
        ["rollback"] = new RollbackTransaction(),
        ["large"] = new LargeTransaction(),
        ["grow"] = new GrowTransaction(),
        ["shrink"] = new ShrinkTransaction(),
        ["schema"] = new SchemaTransaction(),
    };

    /// <summary>Looks names up.</summary>
    /// <param name="names">Separated by commas; one given twice is drawn twice as often.</param>
    public static IReadOnlyList<ITransaction> Parse(string names) =>
        [.. names.Split(',').Select(name => s_kinds.TryGetValue(name, out var kind)
            ? kind
            : throw new ArgumentException($"'{name}' is no mode; there are {string.Join(", ", s_kinds.Keys)}."))];
}
