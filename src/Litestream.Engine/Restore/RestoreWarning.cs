namespace Litestream.Engine.Restore;

/// <summary>What is remarkable about a restore though no error.</summary>
/// <param name="Kind">Its stable name.</param>
/// <param name="Target">The object, generation or replica it is about.</param>
/// <param name="Message">For people, whole sentences.</param>
public sealed record RestoreWarning(RestoreWarningKind Kind, string Target, string Message);
