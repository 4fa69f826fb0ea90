using Litestream.Engine.Errors;

namespace Litestream.Engine.Replicas.S3;

/// <summary>Ends what takes too long, and gives what fails its name.</summary>
/// <param name="location">The replica.</param>
/// <param name="limit">The longest time without getting on.</param>
/// <param name="time">The clock.</param>
internal sealed class S3Failures(S3Location location, TimeSpan limit, TimeProvider time)
{
    /// <summary>Runs one request; it is cancelled when it takes too long.</summary>
    public Task<T> LimitAsync<T>(Func<CancellationToken, Task<T>> request, CancellationToken cancellationToken, TimeSpan atLeast = default) =>
        LimitAsync((_, token) => request(token), cancellationToken, atLeast);

    /// <summary>Runs one that tells when it gets on.</summary>
    public async Task<T> LimitAsync<T>(Func<Action, CancellationToken, Task<T>> request, CancellationToken cancellationToken, TimeSpan atLeast = default)
    {
        var longest = limit > atLeast ? limit : atLeast;
        using var patience = new Patience(longest, time, cancellationToken);
        try
        {
            return await request(patience.Renew, patience.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException($"it has not answered for {longest.InSeconds()}", e);
        }
    }

    /// <summary>The error that an answer of success lacks what each store says: somebody between it and us gave it, as where a network wants a
    /// log-in first.</summary>
    public LitestreamException NoStore() => new(ErrorCode.ReplicaUnavailable, $"What answered in the place of the store of '{location}' is none.", location.ToString(),
        "See what stands in between, as a proxy, or a network that asks for a log-in.");

    /// <summary>Names a failure.</summary>
    public LitestreamException Wrap(Exception e, string what, string? key = null) => S3Errors.Wrap(e, location, what, key);
}
