using Litestream.Engine.Replication;

namespace Litestream.Engine.Configuration;

/// <summary>Reads the entries of <c>dbs</c>.</summary>
/// <param name="reader">Resolves paths.</param>
/// <param name="root">The file's own keys, which replicas without their own inherit.</param>
/// <param name="defaults">Of the whole file.</param>
internal sealed class DatabaseReader(ConfigurationReader reader, ConfigurationSection root, RetentionDefaults defaults)
{
    /// <summary>Reads an entry.</summary>
    /// <param name="section">The entry.</param>
    /// <param name="path">Full path of the database, or of the folder.</param>
    /// <param name="scope">Takes warnings.</param>
    public DatabaseConfiguration Read(ConfigurationSection section, string path, ConfigurationScope scope)
    {
        var replicas = ReadReplicas(section);
        if (replicas.Count == 0) throw section.Refuse("path", $"the database '{path}' has no replica, so that nothing would be backed up.", "Give it 'replicas', or remove the entry.");
        TellDifferences(section, scope, replicas);

        var own = ConfigurationReader.ReadSnapshot(section, defaults);
        var engine = new ReplicationOptions { DatabasePath = "" };
        return new()
        {
            Path = path,
            Line = (int)section.Line,
            MetadataPath = section.Text("meta-path") is { } metadata ? reader.Resolve(metadata) + "-ps" : null,
            Replicas = replicas,
            SyncInterval = replicas.Min(r => r.SyncInterval ?? root.Wait("sync-interval") ?? engine.SyncInterval),
            SnapshotInterval = replicas.Min(r => Above0(r.SnapshotInterval ?? own.SnapshotInterval)), // those without one do not count
            Retention = Longest(replicas.Select(r => r.Retention ?? own.Retention ?? engine.Retention)),
            RetentionCheckInterval = replicas.Min(r => r.RetentionCheckInterval ?? engine.RetentionCheckInterval),
            CheckpointPageCount = section.Count("min-checkpoint-page-count") ?? engine.CheckpointPageCount,
        };
    }

    private List<ReplicaConfiguration> ReadReplicas(ConfigurationSection section)
    {
        var list = section.Sections("replicas", KnownKeys.Replica, KnownKeys.UnsupportedOfReplica);
        var single = section.Section("replica", KnownKeys.Replica, KnownKeys.UnsupportedOfReplica);
        if (single is not null && list.Count > 0) throw section.Refuse("replica", "a database has 'replica' and 'replicas'.", "Put all into 'replicas'.");
        var replicas = new List<ReplicaConfiguration>();
        foreach (var part in single is null ? list : [single])
        {
            var replica = new ReplicaReader(reader, root).Read(part);
            if (replicas.Exists(r => r.Name == replica.Name))
                throw part.Refuse("name", $"two replicas of the database have the name '{replica.Name}'; the name is the type where none is given.", "Give each a 'name' of its own.");
            if (replicas.Exists(r => r.Url == replica.Url)) throw part.Refuse("path", $"the replica '{replica.Url}' is given twice.", "Give each replica once.");
            replicas.Add(replica);
        }

        return replicas;
    }

    /// <summary>The engine has one value for all replicas of a database: the one that loses nothing that any replica promises.</summary>
    private static void TellDifferences(ConfigurationSection section, ConfigurationScope scope, IReadOnlyList<ReplicaConfiguration> replicas)
    {
        Tell("sync-interval", "shortest", r => r.SyncInterval);
        Tell("snapshot-interval", "shortest", r => r.SnapshotInterval);
        Tell("retention", "longest", r => r.Retention);
        Tell("retention-check-interval", "shortest", r => r.RetentionCheckInterval);

        void Tell(string key, string which, Func<ReplicaConfiguration, TimeSpan?> value)
        {
            if (replicas.Select(value).Distinct().Count() > 1)
                scope.Warn(section.Line, $"the replicas of this database differ in '{key}'; the {which} is taken for all of them.");
        }
    }

    private static TimeSpan? Above0(TimeSpan? duration) => duration > TimeSpan.Zero ? duration : null;

    /// <summary>Zero and less keep all, which is longer than everything.</summary>
    private static TimeSpan? Longest(IEnumerable<TimeSpan?> retentions)
    {
        List<TimeSpan?> kept = [.. retentions.Select(Above0)];
        return kept.Contains(null) ? null : kept.Max();
    }
}
