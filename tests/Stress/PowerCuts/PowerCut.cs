namespace Litestream.Stress.PowerCuts;

/// <summary>What becomes of a file system's journal when it is cut off; data that was not written is lost either way. The numbers are the kernel's.</summary>
internal enum PowerCut
{
    /// <summary>Names and sizes reach the device, without the data that belongs to them.</summary>
    JournalFlushed = 1,

    /// <summary>Nothing more reaches the device.</summary>
    Whole = 2,
}
