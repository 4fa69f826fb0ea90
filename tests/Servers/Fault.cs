namespace Litestream.Servers;

/// <summary>What goes wrong with one request on its way.</summary>
public enum Fault
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>The connection is reset when a part of the request has come.</summary>
    ResetInRequest,

    /// <summary>The store has done what it was asked, and its answer is lost.</summary>
    AnswerLost,

    /// <summary>The connection ends in the middle of the answer's body.</summary>
    AnswerCut,

    /// <summary>500 InternalError.</summary>
    InternalError,

    /// <summary>503 SlowDown.</summary>
    SlowDown,

    /// <summary>429.</summary>
    TooManyRequests,

    /// <summary>403: the clocks differ too much.</summary>
    SkewedClock,

    /// <summary>400: the session token has run out.</summary>
    ExpiredToken,

    /// <summary>No answer, for ever.</summary>
    Hang,

    /// <summary>A few hundred kilobytes a second, both ways.</summary>
    Slow,

    /// <summary>An ETag that the SDK can't make anything of.</summary>
    StrangeETag,

    /// <summary>The answer comes after the time that a request may take.</summary>
    Late,

    /// <summary>A listing as it was when it was first asked for.</summary>
    StaleListing,
}
