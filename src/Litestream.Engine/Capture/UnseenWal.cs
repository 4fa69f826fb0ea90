namespace Litestream.Engine.Capture;

/// <summary>A WAL that holds a commit of which the living wal-index knows nothing.</summary>
/// <param name="Salt1">First salt of its header.</param>
/// <param name="Salt2">Second salt.</param>
internal readonly record struct UnseenWal(uint Salt1, uint Salt2);
