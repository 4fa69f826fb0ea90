namespace Litestream.Engine.Files;

/// <summary>How <see cref="IFileSystem.Open"/> opens a file.</summary>
public enum FileOpenMode
{
    /// <summary>For reading; the file must exist. Others may read, write, rename and delete it meanwhile.</summary>
    Read,

    /// <summary>For reading and writing; the file must not exist yet.</summary>
    CreateNew,

    /// <summary>For reading and writing; an existing file is emptied.</summary>
    Create,

    /// <summary>For reading and writing; the file must exist and keeps what it holds.</summary>
    Existing,
}
