namespace Litestream.Workload.Transactions;

/// <summary>Contents of rows.</summary>
internal static class Payload
{
    /// <summary>Mostly small, sometimes so large that it needs overflow pages.</summary>
    public static byte[] Next(Random random) => OfLength(random, random.Next(40) == 0 ? random.Next(1_000, 30_000) : random.Next(16, 400));

    /// <summary>Bytes that do not compress.</summary>
    public static byte[] OfLength(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }
}
