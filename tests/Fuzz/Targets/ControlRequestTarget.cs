using System.Buffers.Binary;
using Litestream.Engine.Control;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Formats;
using Litestream.Fuzz.Fuzzing;

namespace Litestream.Fuzz.Targets;

/// <summary>What a client sends to a replication: it never throws, and nothing but a request asks for anything.</summary>
internal sealed class ControlRequestTarget : IFuzzTarget
{
    public string Name => "control-request";

    public IEnumerable<byte[]> Seeds => [.. new[] { ControlAction.Status, ControlAction.Sync, ControlAction.Stop }.Select(a => ControlMessages.Of(new ControlRequest(ControlProtocol.Version, a)))];

    public IReadOnlyList<byte[]> Dictionary => ControlMessages.Dictionary;

    public int MaxLength => 1200;

    public byte[] Repair(byte[] input) => ControlMessages.Repair(input);

    public void Run(byte[] input)
    {
        var replication = new QuietReplication();
        using var connection = new OneWayStream(input);
        new ControlSession(replication, TimeProvider.System, default, default).ServeAsync(connection).GetAwaiter().GetResult();
        var said = connection.Written;
        UnexpectedResultException.ThrowUnless(said.Length == 0 || (said.Length > 4 && BinaryPrimitives.ReadInt32LittleEndian(said) == said.Length - 4), "What was answered is no message.");
        UnexpectedResultException.ThrowUnless(replication.Calls <= 1, "One request was obeyed twice.");
    }
}
