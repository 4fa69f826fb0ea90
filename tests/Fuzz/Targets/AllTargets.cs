namespace Litestream.Fuzz.Targets;

/// <summary>Every parser of the engine that reads what others may have made.</summary>
internal static class AllTargets
{
    public static IReadOnlyList<IFuzzTarget> Create() =>
    [
        new WalHeaderTarget(), new WalTarget(), new ReplicaTarget(), new DatabaseHeaderTarget(), new FreeListTarget(), new Lz4Target(), new NameTarget(), new ListingTarget(),
        new ReplicaUrlTarget(), new ConfigurationTarget(), new ConfigurationValueTarget(), new ControlRequestTarget(), new ControlReplyTarget(),
        new JournalTarget(), new MetadataTarget(), new ReplicaNotesTarget(), new ReportTarget(),
    ];
}
