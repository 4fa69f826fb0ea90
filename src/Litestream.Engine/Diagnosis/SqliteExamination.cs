using Litestream.Engine.Errors;
using Litestream.Engine.Files;
using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Diagnosis;

/// <summary>Looks at the SQLite of the module, and at that of the applications that have a database open.</summary>
/// <param name="findUsers">The processes that have files open, beside this one.</param>
internal sealed class SqliteExamination(Func<IReadOnlyCollection<FileIdentity>, IEnumerable<FileUser>> findUsers)
{
    private const string ModuleCheck = "ModuleSqlite";
    private const string ApplicationCheck = "ApplicationSqlite";

    /// <summary>The module's own.</summary>
    public static EnvironmentFinding ExamineModule()
    {
        const string Target = "SQLite";
        try
        {
            SqliteLibrary.EnsureUsable();
            return EnvironmentFinding.Ok(ModuleCheck, Target, $"The module brings SQLite {SqliteLibrary.LinkedVersion}.");
        }
        catch (LitestreamException e)
        {
            return EnvironmentFinding.Of(ModuleCheck, Target, e);
        }
    }

    /// <summary>Those that have a database open.</summary>
    /// <param name="path">The database.</param>
    /// <param name="identity">Which file it is.</param>
    public IReadOnlyList<EnvironmentFinding> ExamineApplications(string path, FileIdentity identity)
    {
        if (!OperatingSystem.IsLinux()) return [new(FindingSeverity.Information, ApplicationCheck, path, "Which SQLite the application uses is not told on this system.")];
        List<EnvironmentFinding> findings = [.. findUsers([identity]).Select(Judge)];
        return findings.Count > 0 ? findings
            : [new(FindingSeverity.Information, ApplicationCheck, path, "No other process that this account may look at has the database open.", "Look again while the application runs.")];
    }

    private static EnvironmentFinding Judge(FileUser user) => user.SqliteVersion switch
    {
        null => new(FindingSeverity.Information, ApplicationCheck, user.Name, "Its SQLite can't be seen: it is part of the program, or this account may not look.",
            $"Ask it with 'SELECT sqlite_version()'; {SqliteLibrary.Oldest} and newer are without the WAL-reset bug."),
        var version when SqliteVersions.HasWalResetBug(version) => new(FindingSeverity.Warning, ApplicationCheck, user.Name,
            $"It uses SQLite {version}, whose WAL-reset bug can corrupt a database that several connections checkpoint.", $"Let the application use SQLite {SqliteLibrary.Oldest} or newer, 3.50.7 or 3.44.6."),
        var version => EnvironmentFinding.Ok(ApplicationCheck, user.Name, $"It uses SQLite {version}."),
    };
}
