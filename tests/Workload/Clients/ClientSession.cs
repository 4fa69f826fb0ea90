using System.Globalization;
using Litestream.Workload.Sqlite;

namespace Litestream.Workload.Clients;

/// <summary>What all clients have in common: the database, its settings, the random source and the end.</summary>
internal sealed class ClientSession : IDisposable
{
    private readonly CommandLine _line;

    /// <summary>Reads the common arguments: DB, --seed, --seconds, --busy-timeout, --autocheckpoint, --synchronous.</summary>
    public ClientSession(CommandLine line)
    {
        _line = line;
        Path = line.Positional(0, "The database");
        Random = new(line.Number("seed", Environment.ProcessId));
        Stop = new(line.Text("seconds") is { } seconds ? TimeSpan.FromSeconds(double.Parse(seconds, CultureInfo.InvariantCulture)) : null);
        Console.Out.WriteLine("ready"); // lets a harness count the time from here
    }

    public string Path { get; }

    public Random Random { get; }

    public StopSignal Stop { get; }

    /// <summary>Opens a connection as the arguments say.</summary>
    public Database Open()
    {
        var database = Database.Open(Path, _line.Number("busy-timeout", 5000));
        try
        {
            database.Execute($"PRAGMA wal_autocheckpoint = {_line.Number("autocheckpoint", 1000)}");
            database.Execute($"PRAGMA synchronous = {_line.Text("synchronous", "normal")}");
            return database;
        }
        catch (SqliteException)
        {
            database.Dispose();
            throw;
        }
    }

    /// <summary>Waits a random time, or until the end.</summary>
    public void Wait(int minimumMilliseconds, int maximumMilliseconds) =>
        Stop.Wait(TimeSpan.FromMilliseconds(Random.Next(minimumMilliseconds, maximumMilliseconds + 1)));

    public void Dispose() => Stop.Dispose();
}
