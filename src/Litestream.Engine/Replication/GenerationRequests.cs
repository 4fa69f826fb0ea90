using Litestream.Engine.Format;

namespace Litestream.Engine.Replication;

/// <summary>Why another generation has to begin. Requests from outside the loop are each for the generation that it finds unfit: when that has ended by
/// then, whoever asked is served already. So several replicas that are lost at once begin one generation, not one each.</summary>
internal sealed class GenerationRequests
{
    private volatile Request? _request;
    private string? _reason;

    /// <summary>Asks for one, whichever the present one is. The first reason counts.</summary>
    /// <param name="reason">Why, for people; null for nothing.</param>
    public void Require(string? reason) => _reason ??= reason;

    /// <summary>Asks, from any thread.</summary>
    /// <param name="unfit">The generation that can't go on.</param>
    /// <param name="reason">Why, for people.</param>
    /// <returns>Whether nobody had asked for it before.</returns>
    public bool Add(GenerationId unfit, string reason)
    {
        if (_request?.Unfit == unfit) return false;
        _request = new(unfit, reason);
        return true;
    }

    /// <summary>Why a new one has to begin; null if none has.</summary>
    /// <param name="present">The present generation.</param>
    public string? WhyNew(GenerationId? present) => _reason ?? (_request is { } request && request.Unfit == present ? request.Reason : null);

    /// <summary>A generation began, or goes on.</summary>
    public void Begun() => _reason = null;

    private sealed record Request(GenerationId Unfit, string Reason);
}
