using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>The pages of a database file that is being restored.</summary>
internal sealed class PageWriter(IFile file, int pageSize, IRestoreObserver? observer = null)
{
    /// <summary>Writes consecutive pages.</summary>
    /// <param name="first">Number of the first page, from 1.</param>
    /// <param name="pages">A whole number of pages.</param>
    public void Write(uint first, ReadOnlySpan<byte> pages)
    {
        file.Write(pages, (first - 1L) * pageSize);
        observer?.Written(first, pages);
    }

    /// <summary>Gives the database its size after a commit; what was not written reads as zeros.</summary>
    /// <param name="pageCount">Pages.</param>
    public void SetPageCount(uint pageCount) => file.SetLength((long)pageCount * pageSize);
}
