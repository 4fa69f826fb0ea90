using System.Text;
using Litestream.Engine.Files;
using Litestream.Engine.Spool;
using Litestream.Fuzz.Fakes;

namespace Litestream.Fuzz.Targets;

/// <summary>The small files of a metadata folder, and what the system tells of its limits.</summary>
internal sealed class MetadataTarget : IFuzzTarget
{
    public string Name => "metadata";

    public IEnumerable<byte[]> Seeds => ["0123456789abcdef\n"u8.ToArray(), "/mnt/backup\n/mnt/other\r\n"u8.ToArray(), "Max open files            1024                 4096                 files\n"u8.ToArray()];

    public IReadOnlyList<byte[]> Dictionary => ["\n"u8.ToArray(), "Max open files"u8.ToArray(), "unlimited"u8.ToArray(), [0xff, 0xfe], [0xef, 0xbb, 0xbf]];

    public int MaxLength => 512;

    public void Run(byte[] input)
    {
        using var folder = MetadataFolder.Look("/meta");
        var files = new MemoryFiles().With("/meta/id", input).With("/meta/mounted-replicas", input);
        _ = MetadataIdentity.Of(folder, new() { Files = files, Random = new(1) });
        new MountedReplicas(folder, files).Load();
        _ = HandleLimit.Parse(Encoding.UTF8.GetString(input).Split('\n'));
    }
}
