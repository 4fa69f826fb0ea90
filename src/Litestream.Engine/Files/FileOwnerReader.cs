using System.Runtime.InteropServices;

namespace Litestream.Engine.Files;

/// <summary>Asks a Unix system whose a name is, without following it if it is a symbolic link.</summary>
internal static class FileOwnerReader
{
    /// <summary>User id, group id and mode (type and permissions); null if nothing is there.</summary>
    public static (uint Owner, uint Group, int Mode)? Read(string path)
    {
        Span<byte> result = stackalloc byte[256];
        if (OperatingSystem.IsMacOS())
        {
            // struct stat with 64-bit inodes: mode at 4, user at 16, group at 20
            var answer = RuntimeInformation.ProcessArchitecture == Architecture.Arm64
                ? PosixNative.LinkStatArm(path, result)
                : PosixNative.LinkStatIntel(path, result);
            return answer != 0 ? FileIdentityReader.NothingThere<(uint, uint, int)>(path)
                : (MemoryMarshal.Read<uint>(result[16..]), MemoryMarshal.Read<uint>(result[20..]), MemoryMarshal.Read<ushort>(result[4..]));
        }

        // struct statx: user at 20, group at 24, mode at 28
        const uint TypeModeAndOwner = 0x1 | 0x2 | 0x8 | 0x10;
        return PosixNative.StatX(PosixNative.AtCurrentDirectory, path, PosixNative.DoNotFollow, TypeModeAndOwner, result) != 0
            ? FileIdentityReader.NothingThere<(uint, uint, int)>(path)
            : (MemoryMarshal.Read<uint>(result[20..]), MemoryMarshal.Read<uint>(result[24..]), MemoryMarshal.Read<ushort>(result[28..]));
    }
}
