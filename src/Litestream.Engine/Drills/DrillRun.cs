namespace Litestream.Engine.Drills;

/// <summary>A drill that has ended, with its restored database until it is disposed.</summary>
public sealed class DrillRun : IDisposable
{
    private readonly DrillFolder? _folder;

    internal DrillRun(DrillResult result, string? restoredPath, DrillFolder? folder) =>
        (Result, RestoredPath, _folder) = (result, restoredPath, folder);

    /// <summary>What it found.</summary>
    public DrillResult Result { get; }

    /// <summary>The restored database, for further looks at it; null if there is none.</summary>
    public string? RestoredPath { get; }

    /// <summary>Deletes the restored database, unless it is to be kept. May be called on any thread.</summary>
    /// <exception cref="Errors.LitestreamException"><see cref="Errors.ErrorCode.FileError"/> when it can't be deleted.</exception>
    public void Dispose() => _folder?.Dispose();
}
