using System.Text;
using Litestream.Engine.Control;
using Litestream.Engine.Format;
using Litestream.Engine.Replicas.S3;
using Litestream.Engine.Restore;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>Names of objects, generations and endpoints: what is read of one has exactly that name.</summary>
internal sealed class NameTarget : IFuzzTarget
{
    public string Name => "name";

    public IEnumerable<byte[]> Seeds =>
    [
        "0123456789abcdef"u8.ToArray(), "0000000a.snapshot.lz4"u8.ToArray(), "0000000a_00001020.wal.lz4"u8.ToArray(), "0123456789abcdef-4711"u8.ToArray(),
        "1767225600000"u8.ToArray(), "generations/0123456789abcdef/wal/00000001_00000000.wal.lz4"u8.ToArray(),
    ];

    public IReadOnlyList<byte[]> Dictionary => [".snapshot.lz4"u8.ToArray(), ".wal.lz4"u8.ToArray(), "_"u8.ToArray(), "ffffffff"u8.ToArray(), "80000000"u8.ToArray(), "\u0660"u8.ToArray()];

    public int MaxLength => 128;

    public void Run(byte[] input)
    {
        var text = Encoding.UTF8.GetString(input);
        if (GenerationId.TryParse(text, out var id)) Same(id.ToString(), text);
        if (ObjectKey.TryParseSnapshot(text, out var index)) Same(Path.GetFileName(ObjectKey.Snapshot(default, index)), text);
        if (ObjectKey.TryParseSegment(text, out var start)) Same(Path.GetFileName(ObjectKey.Segment(default, start)), text);
        if (ControlEndpoint.TryParse(text, out var endpoint)) Same(endpoint.Name, text);
        _ = RestoreObstacle.Parse(text);
        _ = S3Time.Parse(text);
    }

    private static void Same(string again, string text) => UnexpectedResultException.ThrowUnless(again == text, $"'{text}' was read as '{again}'.");
}
