namespace Litestream.Engine.Files;

/// <summary>What a file system tells about a file or folder without opening it.</summary>
/// <param name="Name">The name inside its folder.</param>
/// <param name="Length">Bytes; 0 for a folder.</param>
/// <param name="ModifiedAt">Time of the last modification, UTC.</param>
/// <param name="IsDirectory">Whether it is a folder.</param>
public sealed record FileEntry(string Name, long Length, DateTimeOffset ModifiedAt, bool IsDirectory);
