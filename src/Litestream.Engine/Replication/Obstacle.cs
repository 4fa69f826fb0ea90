using Litestream.Engine.Errors;

namespace Litestream.Engine.Replication;

/// <summary>Why a database can't be opened for now.</summary>
/// <param name="Message">A sentence, for people.</param>
/// <param name="Error">The error it is where nobody waits; null for a database without a page, which is never one.</param>
internal sealed record Obstacle(string Message, LitestreamException? Error)
{
    /// <summary>Whether it is one that others wait for without end: the database is not there, or has no page yet.</summary>
    public bool IsAbsence => Error is null or { Code: ErrorCode.DatabaseNotFound };

    /// <summary>Whether somebody has locked the database.</summary>
    public bool IsLock => Error is { Code: ErrorCode.DatabaseLocked };

    /// <summary>The database has no page yet.</summary>
    public static Obstacle Empty(string path) => new($"'{path}' has no page yet.", null);

    /// <summary>Somebody has locked the database.</summary>
    public static Obstacle Locked(string path) => Of(new(ErrorCode.DatabaseLocked, $"'{path}' is locked by another process.", path,
        "Let the application use locking_mode=NORMAL, or end the transaction that locks the database."));

    /// <summary>As many databases are open as the process has handles for.</summary>
    public static Obstacle Crowd(string path) =>
        new($"'{path}' waits for its turn: as many databases are open as this process has handles for, and they are busy.", null);

    /// <summary>What an error says.</summary>
    public static Obstacle Of(LitestreamException error) => new(error.Message, error);

    /// <summary>Whether an error tells of the database's state, which its owner may change at any time.</summary>
    public static bool Is(LitestreamException error) => error.Code is ErrorCode.DatabaseNotFound or ErrorCode.NotADatabase
        or ErrorCode.DatabaseUnsupported or ErrorCode.DatabaseNotWal or ErrorCode.DatabaseLocked;
}
