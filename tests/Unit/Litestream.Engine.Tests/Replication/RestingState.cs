using Litestream.Engine.Spool;
using Litestream.Engine.Tests.Sqlite;

namespace Litestream.Engine.Tests.Replication;

/// <summary>What the metadata folder tells of a reader that rests.</summary>
internal static class RestingState
{
    /// <summary>Whether something was captured, and the file holds all of it.</summary>
    /// <param name="database">The database.</param>
    public static bool IsWrittenFor(TestDatabase database)
    {
        using var folder = MetadataFolder.Look(MetadataFolder.DefaultPath(database.Path));
        var journal = new StateJournal(folder, new EngineEnvironment().Files);
        journal.Load();
        return journal.State is { Stamp: not null, Head.Position.Offset: > 0 };
    }
}
