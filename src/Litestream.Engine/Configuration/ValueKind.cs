namespace Litestream.Engine.Configuration;

/// <summary>What the value of a key that has no effect here has to be all the same.</summary>
internal enum ValueKind
{
    /// <summary>One value, whatever it says.</summary>
    Text,

    /// <summary>True or false.</summary>
    Flag,

    /// <summary>A whole number.</summary>
    Number,

    /// <summary>Bytes, with or without a unit.</summary>
    Size,

    /// <summary>A number without a unit means another time than it seems to.</summary>
    Duration,

    /// <summary>Keys or a list, which are read by themselves.</summary>
    Nested,
}
