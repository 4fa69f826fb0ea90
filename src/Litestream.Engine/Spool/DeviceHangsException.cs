namespace Litestream.Engine.Spool;

/// <summary>The device of the metadata folder does not answer, and whoever asked it may not wait any longer. What was asked goes on by itself.</summary>
/// <param name="why">Why not, for people: the end of a sentence.</param>
internal sealed class DeviceHangsException(string why) : IOException($"Its device does not answer, and {why}.")
{
    /// <summary>Why not, for people: the end of a sentence.</summary>
    public string Why => why;
}
