using Litestream.Engine.Errors;

namespace Litestream.Engine.Capture;

/// <summary>A database that could be read before is no sound one any more for those who have it open: somebody has copied another file over it, and SQLite still goes by the former one's wal-index.
/// Who opens it next goes by what is there, where nobody has it open.</summary>
/// <param name="error">What SQLite says.</param>
internal sealed class DatabaseUnreadableException(LitestreamException error) : ContinuityLostException(error.Message.TrimEnd('.'));
