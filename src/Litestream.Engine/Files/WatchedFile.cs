namespace Litestream.Engine.Files;

/// <summary>A file that somebody asked to be told of.</summary>
/// <param name="name">Its name in its folder.</param>
/// <param name="changed">Is called when it may have changed.</param>
internal sealed class WatchedFile(string name, Action changed)
{
    /// <summary>Its name in its folder.</summary>
    public string Name => name;

    /// <summary>Tells.</summary>
    public void Changed() => changed();
}
