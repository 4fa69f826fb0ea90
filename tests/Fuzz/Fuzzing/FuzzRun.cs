using System.Diagnostics;
using System.Globalization;
using Litestream.Fuzz.Corpora;
using Litestream.Fuzz.Targets;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>Fuzzes one target: inputs that take new branches are kept, and further ones are made of them.</summary>
internal sealed class FuzzRun
{
    private const int MaxFailures = 10;

    /// <summary>Bytes of a target's corpus in the repository.</summary>
    private const int MaxCorpus = 48 << 10;

    private readonly IFuzzTarget _target;
    private readonly FuzzSettings _settings;
    private readonly FlightRecorder _recorder;
    private readonly CoverageMap _coverage;
    private readonly CorpusFolder _folder;
    private readonly Random _random;
    private readonly List<byte[]> _inputs = [];
    private readonly HashSet<string> _failures = [];
    private readonly Stopwatch _watch = Stopwatch.StartNew();

    public FuzzRun(IFuzzTarget target, FuzzSettings settings, FlightRecorder recorder, CoverageMap coverage)
    {
        (_target, _settings, _recorder, _coverage) = (target, settings, recorder, coverage);
        _folder = new(target);
        _random = new(settings.Seed);
    }

    /// <summary>Runs until executions or time are used up.</summary>
    public void Run()
    {
        var began = _recorder.Executions;
        List<byte[]> first = [.. _folder.Load(), .. _target.Seeds];
        // once in vain: static constructors run only the first time
        foreach (var input in first) Give(input);
        _coverage.Forget();
        foreach (var input in first) GiveAndKeep(input);
        if (_inputs.Count == 0) _inputs.Add([]);
        var mutator = new Mutator(_random, _target.Dictionary, _target.MaxLength);
        while (_recorder.Executions - began < _settings.Executions && !(_watch.Elapsed > _settings.Limit) && _failures.Count < MaxFailures)
        {
            var input = mutator.Mutate(Any(), Any());
            GiveAndKeep(_random.Next(4) == 0 ? input : _target.Repair(input));
        }

        var edges = _coverage.Edges;
        if (_settings.KeepsCorpus) _folder.Replace(Minimised());
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{_target.Name}: executions {_recorder.Executions}, {(_recorder.Executions - began) / _watch.Elapsed.TotalSeconds:0} a second, branches {edges}, inputs {_inputs.Count}"));
    }

    /// <summary>Those that were found late lead further.</summary>
    private byte[] Any() => _inputs[_random.Next(2) == 0 ? _random.Next(_inputs.Count) : _inputs.Count - 1 - _random.Next(Math.Min(_inputs.Count, 32))];

    private void GiveAndKeep(byte[] input)
    {
        Give(input);
        if (_coverage.Merge() > 0) _inputs.Add(input);
    }

    private void Give(byte[] input)
    {
        _recorder.Begin(input);
        _coverage.Clear();
        if (Execution.Run(_target, input) is { } failure) Report(input, failure);
    }

    private void Report(byte[] input, Exception failure)
    {
        // of the same failure one input is enough
        var place = failure.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("Litestream.Engine", StringComparison.Ordinal)) ?? new string([.. failure.Message.Where(c => !char.IsAsciiDigit(c))]);
        if (!_failures.Add($"{failure.GetType()} {place}")) return;
        _recorder.Failures++;
        Console.WriteLine($"{_target.Name} FAILED: {failure}");
        Console.WriteLine($"  replay with --target {_target.Name} --replay {_folder.AddFailure(input)}");
    }

    /// <summary>The shortest that take all branches together; where those are too many, the ones that lead to most.</summary>
    private List<byte[]> Minimised()
    {
        for (var least = 1; ; least *= 2)
        {
            var kept = Minimised(least);
            if (kept.Sum(i => i.Length) <= MaxCorpus) return kept;
        }
    }

    private List<byte[]> Minimised(int least)
    {
        _coverage.Forget();
        List<byte[]> kept = [];
        foreach (var input in _inputs.OrderBy(i => i.Length))
        {
            _coverage.Clear();
            _ = Execution.Run(_target, input);
            if (_coverage.Merge(countsMatter: false) >= least) kept.Add(input);
        }

        return kept;
    }
}
