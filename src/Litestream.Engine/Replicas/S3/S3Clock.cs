namespace Litestream.Engine.Replicas.S3;

/// <summary>Compares the store's clock with this machine's, by what its answers say.</summary>
/// <param name="time">This machine's.</param>
internal sealed class S3Clock(TimeProvider time)
{
    private long _difference = long.MinValue;

    /// <summary>How much later the store's was at its last answer, to a second; null before the first.</summary>
    public TimeSpan? Difference => Volatile.Read(ref _difference) is var ticks && ticks == long.MinValue ? null : TimeSpan.FromTicks(ticks);

    /// <summary>Takes notice of an answer.</summary>
    public void Note(HttpResponseMessage response)
    {
        if (response.Headers.Date is { } date) Volatile.Write(ref _difference, (date - time.GetUtcNow()).Ticks);
    }
}
