using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Litestream.Engine.Control;

/// <summary>Where one running replication listens. Its name tells which database it may be of and which process it is, before
/// anybody answers.</summary>
/// <param name="DatabaseKey">16 lower-case hex digits, of the database's path.</param>
/// <param name="ProcessId">The process that listens.</param>
public readonly record struct ControlEndpoint(string DatabaseKey, int ProcessId)
{
    private const int KeyLength = 16;

    /// <summary>Short, as the path of a Unix domain socket may have about 104 bytes.</summary>
    public string Name => string.Create(CultureInfo.InvariantCulture, $"{DatabaseKey}-{ProcessId}");

    /// <summary>The endpoint of a database in a process.</summary>
    /// <param name="databasePath">Full path.</param>
    /// <param name="processId">The process.</param>
    public static ControlEndpoint Of(string databasePath, int processId) => new(KeyOf(databasePath), processId);

    /// <summary>The key of a database; the same for paths that name the same file on this system.</summary>
    /// <param name="databasePath">Full path.</param>
    public static string KeyOf(string databasePath)
    {
        var name = OperatingSystem.IsWindows() || OperatingSystem.IsMacOS() ? databasePath.ToUpperInvariant() : databasePath;
        return Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(name)), 0, KeyLength / 2).ToLowerInvariant();
    }

    /// <summary>Reads a <see cref="Name"/>; false for anything else.</summary>
    /// <param name="name">What to read.</param>
    /// <param name="endpoint">The endpoint.</param>
    public static bool TryParse(string name, out ControlEndpoint endpoint)
    {
        endpoint = default;
        if (name.Length <= KeyLength + 1
            || !int.TryParse(name.AsSpan(KeyLength + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var process)) return false;
        endpoint = new(name[..KeyLength], process);
        return endpoint.Name == name && !endpoint.DatabaseKey.AsSpan().ContainsAnyExcept(Format.HexDigits.Lower);
    }
}
