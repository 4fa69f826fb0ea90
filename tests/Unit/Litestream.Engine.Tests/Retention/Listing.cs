using System.Globalization;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Fakes;

namespace Litestream.Engine.Tests.Retention;

/// <summary>A replica of names and times alone: what planning looks at.</summary>
internal sealed class Listing
{
    public MemoryReplicaClient Client { get; init; } = new();

    public static GenerationId Id(int number) => GenerationId.Parse($"{number:x16}");

    /// <summary>Adds objects, such as <c>"s0@0 0:0@1 0:32@2 s1@3"</c>: snapshots and segments at their minutes.</summary>
    public Listing Add(int generation, string objects)
    {
        foreach (var item in objects.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var at = item.IndexOf('@', StringComparison.Ordinal);
            var time = ReplicaBuilder.At(Number(item[(at + 1)..]));
            Client.Objects[KeyOf(generation, item[..at])] = ([1], time);
            if (item[0] == 's') Client.Objects[ObjectKey.SnapshotMark(Id(generation), Number(item[1..at]))] = ([], time);
        }

        return this;
    }

    /// <summary>A replica that somebody with a strange clock may have left.</summary>
    public static Listing Random(Random random)
    {
        var listing = new Listing();
        for (var generation = random.Next(1, 4); generation > 0; generation--)
        {
            var (minute, isAstray, hasGaps) = (random.Next(20), random.Next(3) == 0, random.Next(3) == 0);
            var first = random.Next(3);
            for (var index = first; index < first + random.Next(1, 7); index++)
            {
                if (index == first || random.Next(3) == 0) Put($"s{index}", isLost: hasGaps && random.Next(5) == 0);
                for (var segment = 0; segment < random.Next(4); segment++) Put($"{index}:{segment}", isLost: hasGaps && random.Next(8) == 0);
                // as Litestream does: a snapshot when a part of its index is there already
                if (random.Next(6) == 0) Put($"s{index}", isLost: false);
            }

            void Put(string name, bool isLost)
            {
                minute += random.Next(3);
                if (!isLost) listing.Add(generation, $"{name}@{(isAstray && random.Next(3) == 0 ? random.Next(40) : minute)}");
            }
        }

        return listing;
    }

    public Listing Copy()
    {
        var copy = new Listing();
        foreach (var (key, value) in Client.Objects) copy.Client.Objects[key] = value;
        return copy;
    }

    public List<GenerationInfo> Generations() => Client.Objects.IsEmpty ? []
        : new ReplicaCatalog(Client).ListGenerationsAsync(default).ToBlockingEnumerable().ToList();

    /// <summary>What a restore would read, as text; null if it would fail.</summary>
    public async Task<string?> PlanAsync(RestoreRequest request)
    {
        try
        {
            var plan = await new RestorePlanner(Client).PlanAsync(request, default);
            return $"{plan.Generation} {plan.RestoresTo:O} {(plan.Segments.Count == 0 ? plan.Snapshot.Index : plan.Segments[^1].Start)}";
        }
        catch (Engine.Errors.LitestreamException)
        {
            return null;
        }
    }

    /// <summary>Marks without their snapshot, and snapshots without their mark.</summary>
    public (int Marks, int Snapshots) Unpaired() =>
        (Generations().Sum(g => g.Marks.Except(g.Snapshots.Select(s => s.Index)).Count()), Generations().Sum(g => g.Snapshots.Select(s => s.Index).Except(g.Marks).Count()));

    /// <summary>What is there, such as <c>"1/s0 1/0:0"</c>.</summary>
    public string Show() => string.Join(' ', Generations().SelectMany(g => g.Snapshots.Select(s => $"{(int)Convert.ToInt64(g.Id.ToString(), 16)}/s{s.Index}")
        .Concat(g.Segments.Select(s => $"{(int)Convert.ToInt64(g.Id.ToString(), 16)}/{s.Start.Index}:{s.Start.Offset}"))));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static string KeyOf(int generation, string name)
    {
        if (name[0] == 's') return ObjectKey.Snapshot(Id(generation), Number(name[1..]));
        var parts = name.Split(':');
        return ObjectKey.Segment(Id(generation), new(Number(parts[0]), Number(parts[1])));
    }
}
