using System.Globalization;
using Litestream.Engine.Errors;
using Litestream.Engine.Restore;
using Litestream.Engine.Tests.Interop;

namespace Litestream.Engine.Tests.DamageTable;

/// <summary>One damaged replica restored in each way, and compared with what is _expected.</summary>
internal sealed class DamageRow
{
    private readonly string _name;
    private readonly DamagedReplica _replica;
    private readonly Expectation _expected;
    private readonly string[] _before;
    private string _theirs = "", _ours = "", _partial = "";

    private DamageRow(string name, DamagedReplica replica, Expectation expected)
    {
        _name = name;
        _replica = replica;
        _expected = expected;
        _before = FilesBesideTarget();
    }

    /// <summary>What is not as _expected.</summary>
    public List<string> Wrong { get; } = [];

    /// <summary>Whether Litestream answered with success and a database that is none.</summary>
    public bool IsSilent => _theirs.Contains("MALFORMED", StringComparison.Ordinal);

    public static async Task<DamageRow> RunAsync(DamageCase damage, SoundReplica sound)
    {
        using var replica = new DamagedReplica(sound);
        var row = new DamageRow(damage.Name, replica, damage.Apply(replica));
        row._theirs = await row.OracleAsync();
        row._ours = await row.OursAsync();
        row._partial = await row.PartialAsync();
        return row;
    }

    public static string Line(string damage, string theirs, string ours, string partial) => $"{damage,-48} {theirs,-28} {ours,-26} {partial}";

    public override string ToString() => Line(_name, _theirs, _ours, _partial);

    /// <summary>Litestream's own restore, in words.</summary>
    private async Task<string> OracleAsync()
    {
        var (exitCode, _) = await LitestreamOracle.RunAsync(
            ["restore", "-o", _replica.OracleTarget, .. _replica.OracleOptions, "file://" + _replica.Path]);
        if (exitCode != 0) return string.Create(CultureInfo.InvariantCulture, $"exit {exitCode}");
        var state = await File.ReadAllBytesAsync(_replica.OracleTarget);
        if (DamagedReplica.Check(_replica.OracleTarget) != "ok") return "exit 0, MALFORMED";
        // SQLite has opened it by now, as the application would
        var opened = await File.ReadAllBytesAsync(_replica.OracleTarget);
        if (!state.AsSpan().SequenceEqual(opened)) return "exit 0, OLD WAL REPLAYED";
        if (state.AsSpan().SequenceEqual(_replica.Sound.Latest)) return "exit 0, latest state";
        return _replica.Sound.Knows(state) ? "exit 0, earlier state" : "exit 0, STATE THAT NEVER WAS";
    }

    /// <summary>Our restore, in words.</summary>
    private async Task<string> OursAsync()
    {
        try
        {
            var result = await _replica.RestoreAsync(allowPartial: false);
            if (_expected.Code is not null) Complain($"expected {_expected.Code}, but it was restored to {result.Reached}");
            var state = await CheckStateAsync(result);
            if (!result.Warnings.Select(w => w.Kind).SequenceEqual(_expected.Warning is { } kind ? [kind] : []))
                Complain($"warnings: {string.Join(", ", result.Warnings)}");
            return state;
        }
        catch (LitestreamException e)
        {
            CheckError(e);
            return e.Code.ToString();
        }
        finally
        {
            CheckFiles();
        }
    }

    /// <summary>Our restore where it may be partial, in words.</summary>
    private async Task<string> PartialAsync()
    {
        try
        {
            var result = await _replica.RestoreAsync(allowPartial: true);
            if (_expected.IsTotal) Complain("partial: it was restored");
            var state = await CheckStateAsync(result);
            if (_expected.Code is null != result.Loss is null && _expected.Warning != RestoreWarningKind.SnapshotSkipped)
                Complain($"partial: loss {result.Loss}");
            if (result.Loss is { } loss && _expected.Code is not null && loss.Key != _expected.Key) Complain($"partial: lost {loss.Key}");
            if (result.Loss is not null != result.Warnings.Any(w => w.Kind == RestoreWarningKind.Partial)) Complain("partial: not said");
            if (_expected.Warning is { } kind && !result.Warnings.Any(w => w.Kind == kind)) Complain($"partial: no warning {kind}");
            return state;
        }
        catch (LitestreamException e)
        {
            if (!_expected.IsTotal) Complain($"partial: {e}");
            return e.Code.ToString();
        }
        finally
        {
            CheckFiles();
        }
    }

    private async Task<string> CheckStateAsync(RestoreResult result)
    {
        var restored = await File.ReadAllBytesAsync(_replica.Target);
        if (DamagedReplica.Check(_replica.Target) != "ok") Complain("WE RESTORED A MALFORMED DATABASE");
        var state = _expected.Reached is { } point ? await _replica.Sound.StateAtAsync(point) : _replica.Sound.Latest;
        if (!state.AsSpan().SequenceEqual(restored)) Complain($"the state at {result.Reached} is not that at {_expected.Reached}");
        var lost = result.Loss is { } loss ? $", {loss.Segments.Count} segments lost" : "";
        return (restored.AsSpan().SequenceEqual(_replica.Sound.Latest) ? "latest state" : $"state at {result.Reached}") + lost;
    }

    private void CheckError(LitestreamException e)
    {
        if (e.Code != _expected.Code) Complain($"expected {_expected.Code}, but: {e}");
        if (e.Target != _expected.Key) Complain($"expected {_expected.Key} as target, but {e.Target}: {e.Message}");
        if (!e.Message.Contains(e.Target, StringComparison.Ordinal)) Complain($"the message does not name the object: {e.Message}");
        if (e.Code is ErrorCode.ObjectMissing or ErrorCode.ObjectCorrupt or ErrorCode.ObjectEncrypted or ErrorCode.ChecksumMismatch
                or ErrorCode.IntegrityCheckFailed
            && !_expected.IsTotal && !e.Hint.Contains("last good restore point is", StringComparison.Ordinal)
            && !e.Hint.Contains("last good restore point: ", StringComparison.Ordinal))
            Complain($"no last good point: {e.Hint}");
    }

    private void CheckFiles()
    {
        File.Delete(_replica.Target);
        foreach (var companion in (string[])["-wal", "-shm"])
        {
            if (!_before.Contains(_replica.Target + companion)) File.Delete(_replica.Target + companion);
        }

        var left = FilesBesideTarget().Except(_before).ToList();
        if (left.Count > 0) Complain($"left behind: {string.Join(", ", left)}");
    }

    private string[] FilesBesideTarget() => Directory.GetFiles(Path.GetDirectoryName(_replica.Target)!);

    private void Complain(string what) => Wrong.Add($"{_name}: {what}");
}
