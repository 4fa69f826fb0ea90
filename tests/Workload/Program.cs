using Litestream.Workload.Clients;
using Litestream.Workload.Ledgers;

namespace Litestream.Workload;

/// <summary>The clients by name. Each ends with its report on standard output; 2 stands for wrong arguments.</summary>
internal static class Program
{
    private static readonly Dictionary<string, Func<CommandLine, int>> s_commands = new()
    {
        ["create"] = Creator.Run,
        ["writer"] = Writer.Run,
        ["reader"] = Reader.Run,
        ["checkpointer"] = Checkpointer.Run,
        ["killer"] = Killer.Run,
        ["unlink"] = Unlinker.Run,
        ["churner"] = Churner.Run,
        ["script"] = Script.Run,
        ["verify"] = Verifier.Run,
        ["state"] = line =>
        {
            Console.Out.WriteLine(StateDigest.Compute(line.Positional(0, "The database")));
            return 0;
        },
    };

    private static int Main(string[] args)
    {
        if (args.Length == 0 || !s_commands.TryGetValue(args[0], out var command))
        {
            Console.Error.WriteLine($"Usage: Workload <{string.Join('|', s_commands.Keys)}> DB [--name value]...");
            return 2;
        }

        try
        {
            return command(new(args[1..]));
        }
        catch (ArgumentException e)
        {
            Console.Error.WriteLine(e.Message);
            return 2;
        }
    }
}
