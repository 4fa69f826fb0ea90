namespace Litestream.Engine.Files;

/// <summary>Which file a path leads to: device, inode and birth on Unix, volume and file id on Windows. Two paths, or one path
/// at two times, lead to the same file exactly when these are equal while the file is held open.</summary>
/// <param name="Device">Device (Unix) or volume serial number (Windows).</param>
/// <param name="High">Upper half of the file id. Linux: when the file was made, in nanoseconds, because an inode gets another file soon
/// after one is deleted; 0 where the file system does not know. macOS: 0.</param>
/// <param name="Low">Inode, or the lower half of the file id.</param>
public readonly record struct FileIdentity(ulong Device, ulong High, ulong Low);
