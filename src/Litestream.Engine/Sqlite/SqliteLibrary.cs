using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using SQLitePCL;

namespace Litestream.Engine.Sqlite;

/// <summary>The native SQLite that is linked.</summary>
public static class SqliteLibrary
{
    /// <summary>The oldest version that may replicate: 3.7.0 to 3.51.2 have the WAL-reset bug, by which a checkpoint that
    /// races a WAL reset can corrupt the database; a replicator is just the kind of client that triggers it.</summary>
    public static Version Oldest { get; } = new(3, 51, 3);

    /// <summary>Whether nobody else in this process uses the same copy of SQLite, so that it may run on threads with descriptors of its own: the host has to know, and to say so before a database is opened.</summary>
    public static bool IsOwn { get; set; }

    private static readonly Lazy<Version> s_version = new(Load);

    /// <summary>The version that is linked.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.NativeLibraryMissing"/>.</exception>
    public static Version LinkedVersion => s_version.Value;

    /// <summary>Loads the library and refuses one that could corrupt a database.</summary>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.NativeLibraryMissing"/>, <see cref="ErrorCode.SqliteTooOld"/>.</exception>
    public static void EnsureUsable() => EnsureUsable(LinkedVersion);

    internal static void EnsureUsable(Version version)
    {
        if (version < Oldest)
            throw new LitestreamException(ErrorCode.SqliteTooOld,
                $"SQLite {version} is linked, which has the WAL-reset bug and could corrupt a database that is replicated.",
                "SQLite", $"Use a module package that brings SQLite {Oldest} or newer.");
    }

    private static Version Load()
    {
        try
        {
            Batteries_V2.Init();
            _ = SeparateDescriptors.Sqlite; // before anybody can have asked the loader for it
            return Version.Parse(raw.sqlite3_libversion().utf8_to_string());
        }
        catch (Exception e) when (e is DllNotFoundException or TypeInitializationException or BadImageFormatException)
        {
            throw new LitestreamException(ErrorCode.NativeLibraryMissing,
                $"The native SQLite library for this platform can't be loaded: {e.GetBaseException().Message}",
                "e_sqlite3", "Install the module package again; it brings the library for every supported platform.", e);
        }
    }
}
