using System.Text.Json;
using Litestream.Engine.Replication;

namespace Litestream.Stress.Replicators;

/// <summary>The child side of <see cref="ChildReplicator"/>: replicates until its standard input ends; each line of it asks for a sync.
/// Answers "synced", "failed MESSAGE" or "event TEXT".</summary>
internal static class ReplicateCommand
{
    private static readonly Lock s_gate = new();

    /// <summary>Runs the child.</summary>
    /// <param name="optionsFile">JSON of <see cref="ReplicationOptions"/>.</param>
    /// <param name="replica">Where to.</param>
    /// <param name="bootId">Which run of the operating system this shall be.</param>
    public static async Task<int> RunAsync(string optionsFile, string replica, string bootId)
    {
        var options = JsonSerializer.Deserialize<ReplicationOptions>(await File.ReadAllTextAsync(optionsFile))!;
        await using var replicator = new EngineReplicator(options, replica) { BootId = bootId, Told = text => Say($"event {text}") };
        await replicator.StartAsync();
        while (await Console.In.ReadLineAsync() is not null)
        {
            try
            {
                await replicator.SyncAsync();
                Say("synced");
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                // the parent decides what it means
                Say($"failed {e}");
            }
        }

        await replicator.StopAsync();
        return 0;
    }

    private static void Say(string text)
    {
        lock (s_gate)
        {
            Console.Out.WriteLine(text.ReplaceLineEndings(" "));
            Console.Out.Flush();
        }
    }
}
