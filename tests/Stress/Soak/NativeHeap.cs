using System.Runtime.InteropServices;

namespace Litestream.Stress.Soak;

/// <summary>The heap of native code (glibc's; elsewhere nothing is known of it).</summary>
internal static class NativeHeap
{
    /// <summary>Bytes in use; 0 where that is not known. glibc keeps a heap for up to eight threads a core, and what was freed in it: that is no use, and takes hours to reach its bound.</summary>
    public static long InUse => Look(() =>
    {
        var figures = MallInfo2();
        return (long)(figures.Used + figures.Mapped);
    });

    /// <summary>Gives back what it keeps and nobody uses.</summary>
    public static void Trim() => Look(() => MallocTrim(0));

    private static long Look(Func<long> look)
    {
        try
        {
            return look();
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            return 0; // another C library
        }
    }

    [DllImport("libc", EntryPoint = "mallinfo2")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern Figures MallInfo2();

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int MallocTrim(nuint pad);

    /// <summary>mallinfo(3)'s structure.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Figures
    {
        private readonly nuint _arena, _freeChunks, _fastChunks, _mappedRegions;
        public readonly nuint Mapped;
        private readonly nuint _unused, _fastFree;
        public readonly nuint Used;
        private readonly nuint _free, _trimmable;
    }
}
