namespace Litestream.Engine.Tests.Fakes;

/// <summary>The local files, but for a device of the metadata folder that may hang at one operation, and may fail then.</summary>
internal sealed class HangingSpool : IDisposable
{
    /// <summary>A test that fails ends all the same.</summary>
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(40);

    private readonly ManualResetEventSlim _goesOn = new(initialState: true);
    private readonly TaskCompletionSource _hangs = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _passing;
    private int _failures;

    /// <param name="operation">See <see cref="HookedFileSystem.Before"/>.</param>
    /// <param name="suffix">How the path ends.</param>
    public HangingSpool(string operation, string suffix) => Files.Before = (done, path) =>
    {
        if (done != operation || !path.Contains("-litestream-ps", StringComparison.Ordinal) || !path.EndsWith(suffix, StringComparison.Ordinal)) return;
        if (!_goesOn.IsSet && Interlocked.Decrement(ref _passing) >= 0) return;
        if (!_goesOn.IsSet) _hangs.TrySetResult();
        _goesOn.Wait(s_longest);
        if (Interlocked.Decrement(ref _failures) >= 0) throw new IOException("The device does not answer.", 5);
    };

    public HookedFileSystem Files { get; } = new();

    /// <summary>Ends when somebody waits for the device.</summary>
    public Task Hangs => _hangs.Task;

    /// <summary>From now on it hangs.</summary>
    /// <param name="after">How many operations it still does.</param>
    public void Hang(int after = 0)
    {
        Volatile.Write(ref _passing, after);
        _goesOn.Reset();
    }

    /// <summary>It answers again.</summary>
    /// <param name="failures">How many operations fail then.</param>
    public void GoOn(int failures = 0)
    {
        Volatile.Write(ref _failures, failures);
        _goesOn.Set();
    }

    /// <summary>Nobody waits for ever.</summary>
    public void Dispose()
    {
        GoOn();
        Files.Before = (_, _) => { };
        _goesOn.Dispose();
    }
}
