using Litestream.Bench.Machine;
using Litestream.Servers;

namespace Litestream.Bench.Compare;

/// <summary>Litestream 0.3.13, fetched through npm.</summary>
internal sealed class Theirs : ISystem
{
    public string Name => "Litestream 0.3.13";

    public Command Replicate(string database, string replica) => new(LitestreamBinary.Path, "replicate", database, $"file://{replica}");

    public Command ReplicateAll(IReadOnlyList<string> databases, string replicas)
    {
        var config = Path.Combine(Directory.CreateDirectory(replicas).FullName, "litestream.yml");
        File.WriteAllLines(config, databases.Select((database, n) =>
            $"{(n == 0 ? "dbs:\n" : "")}  - path: {database}\n    replicas:\n      - path: {Path.Combine(replicas, Path.GetFileName(database))}"));
        return new(LitestreamBinary.Path, "replicate", "-config", config);
    }

    public Command ReplicateToS3(string database, S3Place place)
    {
        var config = database + ".yml";
        File.WriteAllText(config, $"""
            access-key-id: {place.Key}
            secret-access-key: {place.Secret}
            dbs:
              - path: {database}
                replicas:
                  - type: s3
                    bucket: {place.Bucket}
                    path: app
                    endpoint: {place.Endpoint.AbsoluteUri.TrimEnd('/')}
                    region: us-east-1
                    force-path-style: true
            """);
        return new(LitestreamBinary.Path, "replicate", "-config", config);
    }

    public Command Restore(string replica, string target) => new(LitestreamBinary.Path, "restore", "-o", target, $"file://{replica}");
}
