using Litestream.Engine.Files;
using Litestream.Engine.Format;

namespace Litestream.Engine.Restore;

/// <summary>Looks on while a database is restored, commit by commit, and may end the restore at one of them.</summary>
internal interface IRestoreObserver
{
    /// <summary>The snapshot is in the file.</summary>
    /// <param name="file">The file; it stays open, and may be read whenever a commit is told.</param>
    /// <param name="pageSize">Bytes a page.</param>
    /// <param name="pageCount">Pages of the database.</param>
    /// <param name="position">Where the snapshot stands.</param>
    /// <returns>Whether the restore ends here.</returns>
    bool Loaded(IFile file, int pageSize, uint pageCount, Position position);

    /// <summary>Pages of the next commit were written.</summary>
    /// <param name="first">Number of the first page, from 1.</param>
    /// <param name="pages">A whole number of pages.</param>
    void Written(uint first, ReadOnlySpan<byte> pages);

    /// <summary>All pages of a commit are written.</summary>
    /// <param name="position">Where the commit ends.</param>
    /// <param name="pageCount">Pages of the database.</param>
    /// <returns>Whether the restore ends here.</returns>
    bool Committed(Position position, uint pageCount);
}
