using System.Text;
using Litestream.Engine.Replicas;
using Litestream.Engine.Replicas.S3;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>A replica's URL or path.</summary>
internal sealed class ReplicaUrlTarget : IFuzzTarget
{
    public string Name => "replica-url";

    public IEnumerable<byte[]> Seeds =>
    [
        .. new[]
        {
            "/backup/app", "relative/../app", "file:///backup/app", "file:x", "s3://bucket/path/app", "s3://bucket.localhost:9000/app", "s3://b.s3.us-west-001.backblazeb2.com/a",
            "s3://b.s3.filebase.com", "s3://b.fra1.digitaloceanspaces.com/x?y=z", "s3://b.s3.fr-par.scw.cloud", "s3://b.eu-central-1.linodeobjects.com", "sftp://user:password@host/x", "C:\\x",
        }.Select(Encoding.UTF8.GetBytes),
    ];

    public IReadOnlyList<byte[]> Dictionary =>
    [
        .. new[] { "s3://", "file://", ".localhost", ":99999", ":\u0661", ".s3.", ".backblazeb2.com", ".filebase.com", ".digitaloceanspaces.com", ".scw.cloud", "..", "@", "?", "\0", "%00" }.Select(Encoding.UTF8.GetBytes),
    ];

    public int MaxLength => 512;

    public void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (text.StartsWith(S3Location.Scheme, StringComparison.OrdinalIgnoreCase))
        {
            var location = S3Location.Parse(text);
            UnexpectedResultException.ThrowUnless(S3Location.Parse(S3Location.Scheme + text[S3Location.Scheme.Length..]) == location, "A URL was read in two ways.");
            UnexpectedResultException.ThrowUnless(!location.ToString().Contains('@', StringComparison.Ordinal), "A URL holds a user.");
            return;
        }

        var client = ReplicaClients.Open(text, "/base", new());
        UnexpectedResultException.ThrowUnless(Path.IsPathFullyQualified(client.Url) && Path.GetFullPath(client.Url) == client.Url, $"'{client.Url}' is no full path.");
    }
}
