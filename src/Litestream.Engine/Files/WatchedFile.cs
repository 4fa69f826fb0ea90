namespace Litestream.Engine.Files;

/// <summary>A file that somebody asked to be told of.</summary>
/// <param name="name">Its name in its folder.</param>
/// <param name="changed">Is called when it may have changed.</param>
internal sealed class WatchedFile(string name, Action changed)
{
    private readonly object _gate = new();
    private bool _isEnded;

    /// <summary>Its name in its folder.</summary>
    public string Name => name;

    /// <summary>Tells, unless that has ended.</summary>
    public void Changed()
    {
        lock (_gate)
        {
            if (!_isEnded) changed();
        }
    }

    /// <summary>Ends the telling: a call that has begun is waited for, and none begins afterwards, as who asked may give up by then what the call needs.</summary>
    public void End()
    {
        lock (_gate) _isEnded = true;
    }
}
