using Litestream.Engine.Errors;
using Litestream.Engine.Live;

namespace Litestream.Engine.Verification;

/// <summary>What a live database held at one commit: whichever generation has held the same at one of its commits has not lost its end before that. Memory: 16 bytes a page.</summary>
public sealed class SourceState
{
    private SourceState(DatabaseImage image) => Image = image;

    /// <summary>Its pages.</summary>
    internal DatabaseImage Image { get; }

    /// <summary>Reads a database at its last commit. Writes nothing.</summary>
    /// <param name="path">Full path of the database.</param>
    /// <param name="environment">Files, time and VFS.</param>
    /// <param name="progress">Is told the bytes done, and all of them.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.DatabaseNotFound"/>, <see cref="ErrorCode.DatabaseNotWal"/>,
    /// <see cref="ErrorCode.DatabaseLocked"/> or another Database… code.</exception>
    public static async Task<SourceState> ReadAsync(string path, EngineEnvironment environment, IProgress<(long Done, long Total)>? progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(environment);
        using var reader = await LiveReader.OpenAsync(path, environment, cancellationToken).ConfigureAwait(false);
        return new(await reader.WhileSameAsync(
            token => Task.Run(() => reader.Read(done => progress?.Report((done, reader.Length)), token), token), cancellationToken).ConfigureAwait(false));
    }
}
