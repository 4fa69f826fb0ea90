using System.Management.Automation;
using Litestream.Engine.Errors;
using EngineException = Litestream.Engine.Errors.LitestreamException;

namespace Litestream.PowerShell.Errors;

/// <summary>The one place where failures become PowerShell's error records. Ids are API: the engine's codes by name, and
/// the few of the module itself.</summary>
internal static class ErrorTable
{
    internal const string UnexpectedError = nameof(UnexpectedError);
    internal const string GenerationInUse = nameof(GenerationInUse);
    internal const string LastGeneration = nameof(LastGeneration);
    internal const string NotFileSystemPath = nameof(NotFileSystemPath);
    internal const string ReplicationNotFound = nameof(ReplicationNotFound);
    internal const string TargetNotUnique = nameof(TargetNotUnique);

    private static readonly Dictionary<string, ErrorCategory> s_categories = new(StringComparer.Ordinal)
    {
        [nameof(ErrorCode.DatabaseNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.NotADatabase)] = ErrorCategory.InvalidData,
        [nameof(ErrorCode.DatabaseNotWal)] = ErrorCategory.InvalidOperation,
        [nameof(ErrorCode.DatabaseUnsupported)] = ErrorCategory.NotImplemented,
        [nameof(ErrorCode.DatabaseLocked)] = ErrorCategory.ResourceBusy,
        [nameof(ErrorCode.DatabaseShared)] = ErrorCategory.ResourceBusy,
        [nameof(ErrorCode.DatabaseError)] = ErrorCategory.NotSpecified,
        [nameof(ErrorCode.ReplicationAlreadyRunning)] = ErrorCategory.ResourceExists,
        [nameof(ErrorCode.TooManyReplications)] = ErrorCategory.LimitsExceeded,
        [nameof(ErrorCode.ReplicationEnded)] = ErrorCategory.OperationStopped,
        [nameof(ErrorCode.ReplicationUnreachable)] = ErrorCategory.ConnectionError,
        [nameof(ErrorCode.MetadataUnwritable)] = ErrorCategory.WriteError,
        [nameof(ErrorCode.MetadataCorrupt)] = ErrorCategory.InvalidData,
        [nameof(ErrorCode.ReplicaUrlInvalid)] = ErrorCategory.InvalidArgument,
        [nameof(ErrorCode.ReplicaNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.ReplicaFormatUnknown)] = ErrorCategory.InvalidType,
        [nameof(ErrorCode.ReplicaAccessDenied)] = ErrorCategory.PermissionDenied,
        [nameof(ErrorCode.ReplicaUnavailable)] = ErrorCategory.ConnectionError,
        [nameof(ErrorCode.ReplicaChanged)] = ErrorCategory.InvalidResult,
        [nameof(ErrorCode.GenerationNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.RestorePointNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.ObjectMissing)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.ObjectCorrupt)] = ErrorCategory.InvalidData,
        [nameof(ErrorCode.ChecksumMismatch)] = ErrorCategory.InvalidData,
        [nameof(ErrorCode.ObjectEncrypted)] = ErrorCategory.NotImplemented,
        [nameof(ErrorCode.RestoreTargetExists)] = ErrorCategory.ResourceExists,
        [nameof(ErrorCode.RestoreTargetInUse)] = ErrorCategory.ResourceBusy,
        [nameof(ErrorCode.RestoreTargetUnwritable)] = ErrorCategory.WriteError,
        [nameof(ErrorCode.IntegrityCheckFailed)] = ErrorCategory.InvalidResult,
        [nameof(ErrorCode.RestoreTooLarge)] = ErrorCategory.LimitsExceeded,
        [nameof(ErrorCode.ForeignKeyViolated)] = ErrorCategory.InvalidResult,
        [nameof(ErrorCode.LiveDatabaseDiffers)] = ErrorCategory.InvalidResult,
        [nameof(ErrorCode.LiveStateNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.AssertionFailed)] = ErrorCategory.InvalidResult,
        [nameof(ErrorCode.DiskFull)] = ErrorCategory.WriteError,
        [nameof(ErrorCode.FileError)] = ErrorCategory.DeviceError,
        [nameof(ErrorCode.SqliteTooOld)] = ErrorCategory.NotInstalled,
        [nameof(ErrorCode.NativeLibraryMissing)] = ErrorCategory.NotInstalled,
        [nameof(ErrorCode.ReplicationStalled)] = ErrorCategory.OperationStopped,
        [nameof(ErrorCode.Timeout)] = ErrorCategory.OperationTimeout,
        [nameof(ErrorCode.InvalidConfiguration)] = ErrorCategory.ParserError,
        [nameof(ErrorCode.ConfigurationNotFound)] = ErrorCategory.ObjectNotFound,
        [nameof(ErrorCode.InvalidArgument)] = ErrorCategory.InvalidArgument,
        [UnexpectedError] = ErrorCategory.NotSpecified,
        [GenerationInUse] = ErrorCategory.ResourceBusy,
        [LastGeneration] = ErrorCategory.InvalidOperation,
        [NotFileSystemPath] = ErrorCategory.InvalidArgument,
        [nameof(ErrorCode.ReplicaInUse)] = ErrorCategory.ResourceExists,
        [ReplicationNotFound] = ErrorCategory.ObjectNotFound,
        [TargetNotUnique] = ErrorCategory.InvalidArgument,
    };

    /// <summary>Makes the exception that users see; engine types can't be named in a script's catch.</summary>
    internal static LitestreamException ToPublic(Exception exception) => exception switch
    {
        LitestreamException already => already,
        EngineException engine => new(engine.Code.ToString(), engine.Message, engine.Target, engine.Hint, engine),
        AggregateException { InnerExceptions: [var only] } => ToPublic(only),
        IOException or UnauthorizedAccessException =>
            new(nameof(ErrorCode.FileError), exception.Message, null, null, exception),
        _ => new(UnexpectedError, exception.Message, null, "This is a bug; please report it with the exception's details.", exception),
    };

    internal static ErrorRecord ToRecord(this Exception exception, object? target = null)
    {
        var error = ToPublic(exception);
        return new(error, error.ErrorId, s_categories.GetValueOrDefault(error.ErrorId), error.Target ?? target)
        {
            ErrorDetails = new(error.Message) { RecommendedAction = error.Hint ?? string.Empty },
        };
    }
}
