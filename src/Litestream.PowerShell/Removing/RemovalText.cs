using Litestream.Engine.Retention;
using Litestream.PowerShell.Internal;

namespace Litestream.PowerShell.Removing;

/// <summary>Tells people what a plan does to a generation.</summary>
internal static class RemovalText
{
    internal static string Describe(GenerationRetention part, string replica, GenerationUser? user) => part switch
    {
        { IsEmpty: true } => $"Nothing is deleted of generation {part.Generation.Id} of '{replica}': {(user is null ? Why(part.Reason) : $"{user.Name} uses it")}.",
        { IsWhole: true } => $"Deleting generation {part.Generation.Id} of '{replica}' with all it holds: {What(part)}; {Why(part.Reason)}.",
        _ => $"Deleting the older part of generation {part.Generation.Id} of '{replica}': {What(part)}."
            + $" It stays restorable from {_Format.Time(part.RestorableFrom)} UTC on.",
    };

    private static string What(GenerationRetention part) =>
        $"{Count(part.Snapshots.Count, "snapshot")} and {Count(part.Segments.Count, "WAL segment")}, {_Format.Size(part.Size)}";

    private static string Count(int count, string what) => count switch
    {
        0 => $"no {what}",
        1 => $"1 {what}",
        _ => $"{count} {what}s",
    };

    private static string Why(RetentionReason reason) => reason switch
    {
        RetentionReason.InWindow => "all of it is needed for times inside the window",
        RetentionReason.StartsWindow => "a restore to the beginning of the window takes it",
        RetentionReason.LastRestorable => "no other generation can be restored",
        RetentionReason.Outdated => "no restore to a time inside the window takes it",
        RetentionReason.NotRestorable => "it has no snapshot and can't be restored",
        _ => "it was asked for",
    };
}
