using System.Text.Json;
using Litestream.Workload.Ledgers;

namespace Litestream.Workload.Clients;

/// <summary>Says whether a database stands at a committed state: prints it as JSON, exit code 1 if not, 2 if SQLite can't begin to read it.</summary>
internal static class Verifier
{
    public static int Run(CommandLine line)
    {
        var state = LedgerCheck.Run(line.Positional(0, "The database"));
        Console.Out.WriteLine(JsonSerializer.Serialize(state));
        return state.IsReadable ? state.IsSound ? 0 : 1 : 2;
    }
}
