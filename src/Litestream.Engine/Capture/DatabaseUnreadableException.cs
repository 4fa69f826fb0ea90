using Litestream.Engine.Errors;

namespace Litestream.Engine.Capture;

/// <summary>A database that could be read before is no sound one any more for those who have it open: somebody has copied another file over it, and SQLite still goes by the former one's wal-index.
/// Who opens it next goes by what is there, where nobody has it open.</summary>
/// <param name="error">What SQLite says.</param>
internal sealed class DatabaseUnreadableException(LitestreamException error) : ContinuityLostException(error.Message.TrimEnd('.'))
{
    /// <summary>Reads a database that was open before.</summary>
    /// <param name="read">Reads it.</param>
    /// <returns>What that returns.</returns>
    /// <exception cref="DatabaseUnreadableException">SQLite calls it damaged.</exception>
    public static bool ThrowIfDamaged(Func<bool> read)
    {
        try
        {
            return read();
        }
        catch (LitestreamException e) when (e.InnerException is InvalidDataException)
        {
            throw new DatabaseUnreadableException(e);
        }
    }
}
