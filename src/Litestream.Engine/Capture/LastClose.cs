using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Leaves a database as an application that ends leaves it. Our connections keep the application's last close from removing the WAL; were it left
/// behind, SQLite would apply it to any other file that is put in the place of the database.</summary>
internal static class LastClose
{
    /// <summary>Opens and closes the database: where no other connection is left, SQLite brings the WAL into the file and removes it. Where one is, nothing
    /// happens. What is committed in between and was not captured is in the file then, and found by comparison at the next start.</summary>
    /// <param name="path">Full path of the database, which this process has not open any more.</param>
    /// <param name="file">Which file it was: another one is left alone.</param>
    /// <param name="environment">Files and VFS.</param>
    /// <exception cref="Errors.LitestreamException">SQLite can't.</exception>
    public static void Run(string path, FileIdentity? file, EngineEnvironment environment)
    {
        // it does not tell whether another copy of SQLite in this process has the database open, and that one's locks would not count
        if (OperatingSystem.IsMacOS() || environment.Files.Identify(path) != file) return;
        using var connection = DatabaseConnection.Open(path, environment.VfsName);
        connection.CloseAsApplication();
        if (connection.TryBeginRead()) connection.EndTransaction();
    }
}
