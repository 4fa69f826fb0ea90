namespace Litestream.Engine.Files;

/// <summary>A Unix folder that only its user may enter, although it may lie where everybody may write, as in the temp folder.</summary>
internal static class PrivateFolder
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    private const int TypeBits = 0xF000;
    private const int DirectoryType = 0x4000;
    private const int PermissionBits = 0x1FF;

    /// <summary>Creates it if need be.</summary>
    /// <exception cref="UnauthorizedAccessException">It is there and is not private.</exception>
    public static void Ensure(string path)
    {
        if (Exists(path)) return;
        LocalFileSystem.Instance.CreateDirectory(path, OwnerOnly);
        // looks again: somebody else may have been faster
        if (!Exists(path)) throw new DirectoryNotFoundException($"The folder '{path}' is gone.");
    }

    /// <summary>Whether it is there.</summary>
    /// <exception cref="UnauthorizedAccessException">It is there and is not private.</exception>
    public static bool Exists(string path)
    {
        if (FileOwnerReader.Read(path) is not var (owner, _, mode)) return false;
        if ((mode & TypeBits) != DirectoryType) throw Refused(path, "is no folder");
        if (owner != PosixNative.GetEffectiveUserId()) throw Refused(path, "belongs to another user");
        if ((mode & PermissionBits & ~(int)OwnerOnly) != 0) throw Refused(path, "is open to other users");
        return true;
    }

    /// <summary>Lets only this user read and write a file.</summary>
    public static void Protect(string path)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    private static UnauthorizedAccessException Refused(string path, string why) => new($"'{path}' {why}: nothing in there can be trusted.");
}
