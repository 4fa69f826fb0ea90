using System.Globalization;
using Litestream.Simulation.Machines;
using Litestream.Simulation.StoreFaults;

namespace Litestream.Simulation;

/// <summary>Tries every kind of store fault at every store operation of the reference run, and prints what came of each: <c>--store-faults</c>;
/// with <c>--every N</c> only at each N-th.</summary>
internal static class StoreFaultProgram
{
    public static int Run(string[] args) => Program.OnThread(() =>
    {
        var every = (int)(Program.Value(args, "--every") ?? 1);
        var reference = StoreFaultTable.RunReference();
        Tell(reference);
        var results = new List<StoreFaultResult>();
        Console.WriteLine($"{"kind",-18}{"list",8}{"get",8}{"put",8}{"delete",8}{"went on",10}{"told",10}{"failed",10}");
        foreach (var kind in StoreFaultTable.Kinds)
        {
            var runs = StoreFaultTable.Run(kind, reference, every).ToList();
            runs.ForEach(Tell);
            Console.WriteLine(Row(kind.ToString(), runs));
            results.AddRange(runs);
        }

        var failures = results.Append(reference).Count(r => r.Failure is not null);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"store faults {results.Count}, kinds {results.DistinctBy(r => r.Fault).Count()}, operations {reference.Calls.Count}, failures {failures}"));
        return failures == 0 ? 0 : 1;
    });

    private static void Tell(StoreFaultResult result)
    {
        if (result.Failure is { } failure)
            Console.WriteLine($"{result.Fault} at request {result.Request} ({(result.Request < 0 ? null : result.Calls[result.Request])}) FAILED: {failure.Message}");
    }

    private static string Row(string name, List<StoreFaultResult> results)
    {
        return string.Create(CultureInfo.InvariantCulture,
            $"{name,-18}{At(Operation.StoreList),8}{At(Operation.StoreGet),8}{At(Operation.StorePut),8}{At(Operation.StoreDelete),8}")
            + string.Create(CultureInfo.InvariantCulture,
                $"{With(StoreFaultOutcome.WentOn),10}{With(StoreFaultOutcome.WasTold),10}{With(StoreFaultOutcome.Failed),10}");

        int At(Operation operation) => results.Count(r => r.Request >= 0 && r.Request < r.Calls.Count && r.Calls[r.Request].Operation == operation);
        int With(StoreFaultOutcome outcome) => results.Count(r => r.Outcome == outcome);
    }
}
