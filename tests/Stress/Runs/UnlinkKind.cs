namespace Litestream.Stress.Runs;

/// <summary>What a careless administrator deletes in a run. Only -wal alone is left out: SQLite itself then reads and writes at
/// random, so that there is no source to compare with.</summary>
internal enum UnlinkKind
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>-wal and -shm, under readers and under writers that go on writing into the deleted WAL.</summary>
    Both,

    /// <summary>-shm, under readers.</summary>
    IndexOnly,
}
