using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Litestream.Engine.Tests.Regressions;

/// <summary>Coverage: a database that SQLite can't read at all, because its header names a schema format that there is not, passed the check as one
/// that only needs a function of its application.</summary>
public sealed class UnknownSchemaFormatTests
{
    private const int SchemaFormat = 47;

    [Theory]
    [InlineData(IntegrityCheckMode.Quick)]
    [InlineData(IntegrityCheckMode.Full)]
    public async Task A_database_whose_schema_SQLite_can_not_read_does_not_pass_the_check(IntegrityCheckMode mode)
    {
        using var folder = new TempFolder();
        using (var application = new SqliteConnection($"Data Source={folder["app.db"]};Pooling=False"))
        {
            application.Open();
            using var command = application.CreateCommand();
            command.CommandText = "CREATE TABLE t(a)";
            command.ExecuteNonQuery();
        }

        var bytes = await File.ReadAllBytesAsync(folder["app.db"]);
        bytes[SchemaFormat] = 9;
        await File.WriteAllBytesAsync(folder["app.db"], bytes);

        var e = Assert.Throws<LitestreamException>(() => DatabaseCheck.Run(folder["app.db"], "app.db", "snapshot", mode, null, null, default));
        Assert.Equal(ErrorCode.IntegrityCheckFailed, e.Code);
        Assert.Contains("unsupported file format", e.Message, StringComparison.Ordinal);
    }
}
