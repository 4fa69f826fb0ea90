namespace Litestream.Simulation.Machines;

/// <summary>What a program asks of the world. Each of them is a point at which it can die or be refused.</summary>
internal enum Operation
{
    Open,
    Close,
    Read,
    Write,
    Truncate,
    Flush,
    Size,
    Lock,
    Unlock,
    MapMemory,
    LockMemory,
    Barrier,
    Delete,
    Find,
    List,
    Rename,
    CreateFolder,
    FlushFolder,
    SetTime,
    Sleep,
    StoreList,
    StorePut,
    StoreStored,
    StoreDelete,
    StoreGet,
}
