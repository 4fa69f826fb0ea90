using Litestream.Engine.Errors;
using Litestream.Engine.Replicas;

namespace Litestream.Engine.Replication;

/// <summary>
/// Keeps a second writer from a replica: two of them make generations of which nobody knows which is the right one. Who writes is told by an
/// object of the replica. It does not run out, because that would ask for a request now and then while nothing changes: it goes with an
/// orderly stop, a later run of the same replication goes on with it, and another one must be told to take it over.
/// </summary>
/// <param name="client">The replica.</param>
/// <param name="me">Who takes it.</param>
/// <param name="takesOver">Whether another's is taken over, once.</param>
internal sealed class ReplicaLease(IReplicaClient client, LeaseHolder me, bool takesOver)
{
    /// <summary>The object, beside <c>generations</c>: Litestream passes over it.</summary>
    public const string Key = "litestream-ps.lease";

    private const int MaxTries = 5;

    private bool _wasHeld;
    private bool _wasAskedFor;
    private bool _wasLetGo;

    /// <summary>The replica.</summary>
    public string Url => client.Url;

    /// <summary>Is told whose lease was replaced by ours: that one ended without letting go, or is refused from now on.</summary>
    public Action<LeaseHolder> Replaced { get; init; } = _ => { };

    /// <summary>Makes sure that the replica is ours to write to.</summary>
    /// <returns>False if it was ours and let go by somebody else, who may have written to it. It is ours again then.</returns>
    /// <exception cref="LitestreamException"><see cref="ErrorCode.ReplicaInUse"/>, or the replica's failure.</exception>
    public async Task<bool> EnsureAsync(CancellationToken cancellationToken)
    {
        for (var tries = 0; tries < MaxTries; tries++)
        {
            var there = await client.GetVersionedAsync(Key, cancellationToken).ConfigureAwait(false);
            var holder = there is null ? null : LeaseHolder.Parse(there.Content.Span);
            if (holder?.Run == me.Run) return Got();
            if (there is not null && !MayReplace(holder, there.Content.Span)) throw IsHeldBy(holder);
            // before it is taken again: that may be done, and fail all the same
            _wasLetGo |= _wasHeld;
            _wasAskedFor = true;
            if (!await client.TryPutVersionedAsync(Key, me.ToBytes(), there?.Version, cancellationToken).ConfigureAwait(false)) continue;
            if (holder is not null) Replaced(holder);
            return Got();
        }

        throw IsHeldBy(null);
    }

    /// <summary>Whether the replica is ours now. Takes nothing.</summary>
    public async Task<bool> IsHeldAsync(CancellationToken cancellationToken) =>
        await client.GetVersionedAsync(Key, cancellationToken).ConfigureAwait(false) is { } there && LeaseHolder.Parse(there.Content.Span)?.Run == me.Run;

    /// <summary>Lets the replica go, if it is ours. Nobody may claim it for us afterwards.</summary>
    /// <param name="head">To where it was shipped; null if nothing was.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task ReleaseAsync(ReplicaHead? head, CancellationToken cancellationToken)
    {
        // also where the answer was not waited for: a store may have given it all the same
        if (!_wasAskedFor && !_wasHeld) return;
        if (!await IsHeldAsync(cancellationToken).ConfigureAwait(false)) return;
        if (head is not null) await head.WriteAsync(client, cancellationToken).ConfigureAwait(false);
        await client.DeleteAsync([Key], cancellationToken).ConfigureAwait(false);
    }

    private bool Got()
    {
        var isAsBefore = !_wasLetGo;
        (_wasHeld, _wasLetGo) = (true, false);
        return isAsBefore;
    }

    private bool MayReplace(LeaseHolder? holder, ReadOnlySpan<byte> content)
    {
        // half of it is there where we died, or were cut off, while a store that is not atomic took it
        if (holder is null && LeaseHolder.FindOwner(content) == me.Owner) return true;
        // what was ours and is another's by now was taken over
        return !_wasHeld && (takesOver || (holder is not null && holder.IsSameOwner(me)));
    }

    private LitestreamException IsHeldBy(LeaseHolder? holder) => new(ErrorCode.ReplicaInUse,
        $"The replica '{client.Url}' belongs to {new ReplicaClaim(holder)}.", client.Url,
        "Give each database a replica of its own. If the other one has ended for good, start this one with -TakeOver.");
}
