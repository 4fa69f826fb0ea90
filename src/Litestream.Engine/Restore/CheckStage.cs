namespace Litestream.Engine.Restore;

/// <summary>What SQLite does, one after the other, to check a database.</summary>
internal enum CheckStage
{
    /// <summary>It walks all B-trees: each page once.</summary>
    Trees,

    /// <summary>It goes through the rows of all tables, and in a full check looks each of them up in every index.</summary>
    Rows,

    /// <summary>It looks up what rows refer to.</summary>
    ForeignKeys,
}
