using Litestream.Engine.Errors;

namespace Litestream.Engine.Verification;

/// <summary>Something of a replica that a restore fails over.</summary>
/// <param name="Code">What kind: <see cref="ErrorCode.ObjectMissing"/>, <see cref="ErrorCode.ObjectCorrupt"/>,
/// <see cref="ErrorCode.ObjectEncrypted"/> or <see cref="ErrorCode.ChecksumMismatch"/>.</param>
/// <param name="Key">The object.</param>
/// <param name="Message">What is wrong, for people.</param>
/// <param name="LastGood">The last commit before it that restores; null if there is none.</param>
public sealed record ReplicaDamage(ErrorCode Code, string Key, string Message, Format.Position? LastGood);
