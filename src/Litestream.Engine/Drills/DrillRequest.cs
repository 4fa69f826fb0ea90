using Litestream.Engine.Restore;

namespace Litestream.Engine.Drills;

/// <summary>What a drill does. Defaults are stated here and nowhere else.</summary>
public sealed record DrillRequest
{
    /// <summary>What to restore. Default: the latest state.</summary>
    public RestoreRequest Point { get; init; } = new();

    /// <summary>Whether any point of the replica is restored instead, or of the generation that <see cref="Point"/> names.</summary>
    public bool IsRandom { get; init; }

    /// <summary>The live database to compare with; null for none. Only the latest state can be compared.</summary>
    public DrillSource? Source { get; init; }

    /// <summary>Full path of the database whose metadata folder tells to where it was shipped; it need not be there any more. Default: that of <see cref="Source"/>; null for none.</summary>
    public string? DatabasePath
    {
        get => field ?? Source?.Path;
        init;
    }

    /// <summary>Full path of that folder; null for the one beside the database.</summary>
    public string? MetadataPath { get; init; }

    /// <summary>Full path of the folder in which the drill makes one of its own. Default: the folder for temporary files.</summary>
    public string WorkingFolder { get; init; } = Path.GetTempPath();

    /// <summary>Name of the file to restore. Default restored.db.</summary>
    public string FileName { get; init; } = "restored.db";

    /// <summary>Whether the restored database stays. Default no.</summary>
    public bool KeepCopy { get; init; }

    /// <summary>The largest database to restore, in bytes; null for any. Default null.</summary>
    public long? MaxSize { get; init; }

    /// <summary>Whether foreign keys are checked, whether or not the application enforces them. Default yes.</summary>
    public bool ChecksForeignKeys { get; init; } = true;

    /// <summary>A query whose first value shall be neither zero nor null; null for none.</summary>
    public string? AssertSql { get; init; }

    /// <summary>How long the drill may take. Default 1 h.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromHours(1);

    /// <summary>Whether the latest state is asked for.</summary>
    internal bool IsLatest => !IsRandom && Point is { Index: null, Timestamp: null };
}
