namespace Litestream.Simulation.Vfs;

/// <summary>Constants of SQLite's VFS interface.</summary>
internal static class VfsCodes
{
    public const int Ok = 0;
    public const int Busy = 5;
    public const int IoError = 10;
    public const int NotFound = 12;
    public const int Full = 13;
    public const int CantOpen = 14;
    public const int IoErrorRead = 10 | 1 << 8;
    public const int IoErrorShortRead = 10 | 2 << 8;
    public const int IoErrorWrite = 10 | 3 << 8;
    public const int IoErrorFlush = 10 | 4 << 8;
    public const int IoErrorTruncate = 10 | 6 << 8;
    public const int IoErrorSize = 10 | 7 << 8;
    public const int IoErrorDelete = 10 | 10 << 8;
    public const int IoErrorAccess = 10 | 13 << 8;
    public const int IoErrorLock = 10 | 15 << 8;
    public const int IoErrorMemoryLock = 10 | 20 << 8;
    public const int IoErrorMemoryMap = 10 | 21 << 8;
    public const int IoErrorNothingToDelete = 10 | 23 << 8;

    public const int OpenCreate = 4;
    public const int OpenDeleteOnClose = 8;
    public const int OpenMainJournal = 0x800;
    public const int OpenWal = 0x80000;

    public const int ControlPersistWal = 10;
    public const int ControlHasMoved = 20;
    public const int PowersafeOverwrite = 0x1000;
}
