namespace Litestream.PowerShell.Removing;

/// <summary>Who adds to a generation.</summary>
/// <param name="Name">For people.</param>
/// <param name="Hint">What to do to be able to delete it.</param>
internal sealed record GenerationUser(string Name, string Hint);
