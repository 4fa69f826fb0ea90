using System.Globalization;
using Litestream.Bench.Machine;

namespace Litestream.Bench.Compare;

/// <summary>What an application writes.</summary>
/// <param name="Seconds">How long.</param>
/// <param name="Rate">Commits a second; 0 without pause.</param>
/// <param name="Rows">Rows a commit changes, each on a page of its own.</param>
/// <param name="Seed">Which rows, and what they become: SQLite does not write what a page holds already.</param>
internal sealed record WriteLoad(double Seconds, double Rate, int Rows, int Seed = 1)
{
    /// <summary>Writes it, in a process of its own.</summary>
    public async Task<WriterReport> RunAsync(string database)
    {
        var usage = await MeasuredProcess.RunAsync(Command.OfChild("write", database, Text(Seconds), Text(Rate), Text(Rows), Text(Seed)));
        return WriterReport.Parse(usage.Output);
    }

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
