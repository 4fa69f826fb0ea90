using Litestream.Simulation.Machines;

namespace Litestream.Simulation.Applications;

/// <summary>Reads for a moment or for long.</summary>
internal sealed class Reader(Machine machine, string path, int number) : Application(machine, path, $"reader{number}")
{
    protected override IEnumerable<int> Script()
    {
        while (true)
        {
            if (!TryOpen(0, "PRAGMA wal_autocheckpoint=0"))
            {
                Sleep(20);
                yield return 0;
                continue;
            }

            for (var rounds = Random.Next(1, 20); rounds > 0; rounds--)
            {
                Try(() => Connection!.Execute("BEGIN"));
                Try(() => Connection!.Execute("SELECT count(*) FROM data"));
                Sleep(Random.Next(3) == 0 ? Random.Next(3000) : Random.Next(30));
                yield return 0;
                Try(() => Connection!.Execute("SELECT sum(length(v)) FROM data"));
                Connection!.RollBack();
                Sleep(Random.Next(100));
                yield return 0;
            }

            Close();
            yield return 0;
        }
    }
}
