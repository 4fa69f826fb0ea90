namespace Litestream.Fuzz.Formats;

/// <summary>A snapshot or a segment in an input.</summary>
/// <param name="Index">Its index.</param>
/// <param name="Skew">How many times 8 bytes it is listed away from where it would follow; -128 for a snapshot.</param>
/// <param name="Content">What it holds, uncompressed.</param>
internal sealed record WalPart(byte Index, sbyte Skew, byte[] Content)
{
    public bool IsSnapshot => Skew == sbyte.MinValue;
}
