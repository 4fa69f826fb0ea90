using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Asks from outside the loop for another generation. Each is for the generation that it finds unfit: when that has ended by
/// then, whoever asked is served already. So several replicas that are lost at once begin one generation, not one each.</summary>
internal sealed class GenerationRequests
{
    private volatile Request? _request;

    /// <summary>Asks.</summary>
    /// <param name="unfit">The generation that can't go on.</param>
    /// <param name="reason">Why, for people.</param>
    /// <returns>Whether nobody had asked for it before.</returns>
    public bool Add(GenerationId unfit, string reason)
    {
        if (_request?.Unfit == unfit) return false;
        _request = new(unfit, reason);
        return true;
    }

    /// <summary>Why a generation has to end; null if it need not.</summary>
    public string? ReasonToEnd(GenerationId? generation) => _request is { } request && request.Unfit == generation ? request.Reason : null;

    private sealed record Request(GenerationId Unfit, string Reason);
}
