namespace Litestream.Engine.Files;

/// <summary>Linux: keeps open the files that are guarded. Where that is, their descriptors are used.</summary>
internal interface IGuardedFiles
{
    /// <summary>Whether closes of others in this process drop no lock of ours.</summary>
    bool IsApart { get; }

    /// <summary>Opens a file, for writing where that is allowed: only so it can be locked for that. Null if the path does not lead to it.</summary>
    /// <param name="path">Its path.</param>
    /// <param name="identity">The file.</param>
    /// <exception cref="PlatformNotSupportedException">The system does not tell what this process has open.</exception>
    int? TryOpen(string path, FileIdentity identity);

    /// <summary>Opens a file once more that is open here, whether or not it still has a name. Null if it is not.</summary>
    /// <param name="identity">The file.</param>
    int? TryOpenAgain(FileIdentity identity);

    /// <summary>Closes a file, at once or as soon as that takes no lock from anybody in this process.</summary>
    /// <param name="descriptor">The descriptor; holds no lock any more.</param>
    /// <param name="identity">The file.</param>
    void Close(int descriptor, FileIdentity identity);

    /// <summary>Does something with descriptors that were opened here.</summary>
    /// <param name="use">Opens and closes none that was not opened in it.</param>
    /// <returns>What it returns.</returns>
    T Run<T>(Func<T> use);
}
