using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Applications;

/// <summary>Another program that checkpoints, in every mode.</summary>
internal sealed class Checkpointer(Machine machine, string path) : Application(machine, path, "checkpointer")
{
    private const int Modes = 4;

    protected override IEnumerable<int> Script()
    {
        while (true)
        {
            if (!TryOpen(Random.Next(2) * 20)) Sleep(20);
            yield return 0;
            for (var rounds = Random.Next(1, 10); Connection is not null && rounds > 0; rounds--)
            {
                Connection.Checkpoint(Random.Next(Modes));
                Sleep(Random.Next(200));
                yield return 0;
            }

            Close();
            yield return 0;
        }
    }
}
