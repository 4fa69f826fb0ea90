using Litestream.Engine.Sqlite;

namespace Litestream.Engine.Capture;

/// <summary>Makes the parts that the promises of capture rest on, so that a simulation can show what each of them is for.</summary>
internal class CaptureParts
{
    /// <summary>Makes what reads committed frames.</summary>
    public virtual WalCapture CreateCapture() => new();

    /// <summary>Makes the unbroken reader.</summary>
    /// <param name="holder">A connection with a read transaction.</param>
    /// <param name="spare">A connection without.</param>
    public virtual ReaderRelay CreateRelay(DatabaseConnection holder, DatabaseConnection spare) => new(holder, spare);
}
