using System.Text;
using Litestream.Engine.Configuration;

namespace Litestream.Fuzz.Targets;

/// <summary>A <c>litestream.yml</c>.</summary>
internal sealed class ConfigurationTarget : IFuzzTarget
{
    private static readonly ConfigurationReader s_reader = new() { CurrentFolder = "/base", HomeFolder = "/home/me", FindVariable = name => name.Length % 2 == 0 ? name : null };

    public string Name => "configuration";

    public int Share => 1;

    public IEnumerable<byte[]> Seeds =>
    [
        .. new[]
        {
            """
            access-key-id: K
            secret-access-key: S
            snapshot: {interval: 1h, retention: 24h}
            dbs:
              - path: ~/app.db
                meta-path: /meta
                replicas:
                  - url: s3://bucket/app
                    region: us-east-1
                    endpoint: https://minio:9000
                    force-path-style: true
                  - {type: file, path: "/backup/\x41", sync-interval: 1s, retention: 1.5h}
            """,
            "dbs:\n- dir: /data\n  pattern: '*.db'\n  recursive: yes\n  watch: true\n  replica: {url: 'file:///x'}\n",
            "x: &a {type: file, path: $AB}\ndbs: [{path: /a/**/[a-z]?.db, replica: {<<: *a}}, {path: /b.db, replicas: [{<<: [*a, *a], path: /c}]}]\n",
            "dbs: [{path: a, replica: {type: s3, bucket: b, path: p, sse-customer-algorithm: AES256, sse-customer-key: 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='}}]",
            "---\n# nothing\n...\n", "? [a, b]\n: !!str |\n  text\n",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Dictionary =>
    [
        .. new[]
        {
            "dbs:", "path: ", "replicas:", "replica: ", "url: ", "s3://", "type: s3", "dir: ", "pattern: ", "&a ", "*a", "<<: ", "[", "]", "{", "}", "- ", "? ", ": ", "\n  ", "| \n", "> \n", "!!int ", "\"\\0\"", "\"\\u0000\"",
            "\t", "---\n", "...\n", "%YAML 1.2\n", "${AB}", "$", "retention: ", "99999999999h", "snapshot-interval: ", "null", "~", "meta-path: ", "endpoint: ", "bucket: b",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public int MaxLength => 2048;

    public long MemoryFor(int length) => (8L << 20) + 8192L * length;

    public void Run(byte[] input)
    {
        var configuration = s_reader.Read(Encoding.UTF8.GetString(input), "/base/litestream.yml");
        foreach (var folder in configuration.Folders)
            if (folder.Contains(folder.Path + "/a.db")) _ = folder.Describe(folder.Path + "/a.db");
    }
}
