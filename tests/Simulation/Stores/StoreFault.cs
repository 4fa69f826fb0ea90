namespace Litestream.Simulation.Stores;

/// <summary>What can go wrong with a request to a store.</summary>
internal enum StoreFault
{
    None,

    /// <summary>Nothing comes for longer than the time-out, and nothing was done.</summary>
    TimeoutBefore,

    /// <summary>It was done, and the answer does not come.</summary>
    TimeoutAfter,

    /// <summary>The connection is reset before anything is done.</summary>
    ResetBefore,

    /// <summary>It was done, and the connection is reset in the place of the answer.</summary>
    ResetAfter,

    /// <summary>The connection is reset in the middle of the answer's body.</summary>
    ResetMidway,

    /// <summary>The body ends before its length.</summary>
    ShortRead,

    /// <summary>Half of an upload is visible under its name, and the connection is reset.</summary>
    PartialUpload,

    /// <summary>403 AccessDenied.</summary>
    Forbidden,

    /// <summary>404 of what is there.</summary>
    NotFound,

    /// <summary>503 SlowDown.</summary>
    SlowDown,

    /// <summary>429.</summary>
    TooManyRequests,

    /// <summary>500.</summary>
    InternalError,

    /// <summary>What came last is not listed.</summary>
    StaleListing,

    /// <summary>The request is delivered once more, right before the next one.</summary>
    DuplicateDelivery,

    /// <summary>A page of a listing is left out, and nobody says so.</summary>
    ListingPageLost,

    /// <summary>A listing says that it goes on, and not where.</summary>
    ListingCut,

    /// <summary>A page of a listing is in another order.</summary>
    ListingReordered,

    /// <summary>The answer's length is less than the object's, and so is its body.</summary>
    WrongLength,

    /// <summary>A bit of the body is wrong.</summary>
    Corrupt,

    /// <summary>403 RequestTimeTooSkewed.</summary>
    ClockSkew,

    /// <summary>The answer takes five minutes.</summary>
    Delay,

    /// <summary>A page of somebody else's, as of a proxy, with status 200.</summary>
    StrangeAnswer,
}
