namespace Litestream.Engine.Control;

/// <summary>The transport of this machine: Unix domain sockets, on Windows named pipes.</summary>
public static class LocalControl
{
    /// <summary>Names the folder of the endpoints, for processes that would not find the same by themselves: those with another
    /// temp folder, as systemd's PrivateTmp makes.</summary>
    public const string FolderVariable = "LITESTREAM_RUN_FOLDER";

    /// <summary>The one that the module uses.</summary>
    public static IControlTransport Transport { get; } = Open(Environment.GetEnvironmentVariable(FolderVariable) ?? DefaultFolder(), TimeProvider.System);

    /// <summary>The transport with its endpoints in a folder.</summary>
    /// <param name="folder">Is created when something listens, for its user alone; its path should be short.</param>
    /// <param name="time">The clock.</param>
    public static IControlTransport Open(string folder, TimeProvider time) =>
        OperatingSystem.IsWindows() ? new NamedPipeTransport(folder) : new UnixSocketTransport(folder, time);

    /// <summary>Never from XDG_RUNTIME_DIR: what cron starts would not be found from a terminal. On Windows not the temp folder either,
    /// which differs from one remote desktop session to the next.</summary>
    private static string DefaultFolder()
    {
        if (!OperatingSystem.IsWindows()) return Path.Combine(Path.GetTempPath(), $"litestream-ps-{Files.PosixNative.GetEffectiveUserId()}");
        var own = Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData);
        return Path.Combine(own.Length > 0 ? own : Path.GetTempPath(), "litestream-ps");
    }
}
