using Litestream.Bench.Machine;
using Litestream.Servers;

namespace Litestream.Bench.Compare.Rows;

/// <summary>Import of the module in fresh sessions, beside that of a binary module that has nothing in it but the manifest that every published one has, and of its assembly alone.</summary>
internal sealed class ImportRow : IRow
{
    private const int Times = 11;
    private const double Goal = 2;

    public IReadOnlyList<int> Numbers => [13];

    public async IAsyncEnumerable<Figure> MeasureAsync(Workshop workshop)
    {
        var module = Path.Combine(RepositoryFolder.Path, "out", "Litestream", "Litestream.psd1");
        var turns = await (workshop with { Turns = Times }).InTurnAsync(
            () => PowerShellProcess.ImportAsync(module), () => ImportEmptyAsync("EmptyModule.psd1"), () => ImportEmptyAsync("EmptyModule.dll"));
        double ours = Median.Of(turns[0], t => t), limit = Median.Of(turns[1], t => t);
        yield return new(13, "import, median", "ms", ours, Limit: limit, Goal: "an empty module x 2", IsMet: ours <= limit * Goal);
        yield return new(13, "import, least", "ms", turns[0].Min(), Limit: turns[1].Min());
        yield return new(13, "import, median, beside an assembly without a manifest", "ms", ours, Limit: Median.Of(turns[2], t => t));
    }

    private static Task<double> ImportEmptyAsync(string file) => PowerShellProcess.ImportAsync(PowerShellProcess.BuiltPath("bench/EmptyModule", "net8.0", file));
}
