using Litestream.Engine.Errors;
using Litestream.Engine.Files;

namespace Litestream.Engine.Replication;

/// <summary>Names what goes wrong with the spool.</summary>
internal static class SpoolErrors
{
    /// <summary>Whether an error of the recording can be recovered from: of the database, the spool or a replica, and no bug.</summary>
    /// <param name="e">The error.</param>
    public static bool IsRecoverable(Exception e) => e is LitestreamException || FileErrors.IsFileError(e);

    /// <summary>Gives one its id: what is not named yet failed in the metadata folder.</summary>
    /// <param name="e">The error.</param>
    /// <param name="options">Where that is.</param>
    public static LitestreamException Named(Exception e, ReplicationOptions options) => e as LitestreamException
        ?? FileErrors.Wrap(e, options.MetadataPath ?? options.DatabasePath, "write the spool", ErrorCode.MetadataUnwritable);
}
