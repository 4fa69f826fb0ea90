using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;

namespace Litestream.PowerShell.Tests.Fixtures;

/// <summary>What another module would have loaded into the default context, before the tests import ours.</summary>
internal static class OtherVersions
{
    public static Version AwsCore { get; private set; } = new();

    public static string Sqlite { get; private set; } = string.Empty;

    [ModuleInitializer]
    internal static void Load()
    {
        AwsCore = typeof(Amazon.AWSConfigs).Assembly.GetName().Version!;
        using var connection = new SqliteConnection("Data Source=:memory:");
        connection.Open();
        Sqlite = connection.ServerVersion;
    }
}
