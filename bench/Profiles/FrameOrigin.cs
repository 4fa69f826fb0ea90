namespace Litestream.Bench.Profiles;

/// <summary>Whose code a frame of a stack is.</summary>
internal enum FrameOrigin
{
    /// <summary>Our engine's.</summary>
    Engine,

    /// <summary>Managed code of the framework or a library.</summary>
    Managed,

    /// <summary>Native code.</summary>
    Native,

    /// <summary>The kernel's.</summary>
    Kernel,
}
