using Litestream.Engine.Control;
using Litestream.Fuzz.Fakes;
using Litestream.Fuzz.Formats;

namespace Litestream.Fuzz.Targets;

/// <summary>What comes from an endpoint that may be anybody's: a status, a result, an error, or nothing that can be understood.</summary>
internal sealed class ControlReplyTarget : IFuzzTarget
{
    public string Name => "control-reply";

    public IEnumerable<byte[]> Seeds
    {
        get
        {
            var status = StatusMessage.Of(new QuietReplication().Status);
            yield return ControlMessages.Of(new ControlReply(ControlProtocol.Version) { Status = status });
            yield return ControlMessages.Of(new ControlReply(ControlProtocol.Version) { Status = status, Sync = new("0123456789abcdef", new(1, 2), TimeSpan.FromSeconds(1), 3) });
            yield return ControlMessages.Of(new ControlReply(ControlProtocol.Version) { Error = new("ReplicaUnavailable", "Away.", "/backup", "Wait.") });
        }
    }

    public IReadOnlyList<byte[]> Dictionary => ControlMessages.Dictionary;

    public byte[] Repair(byte[] input) => ControlMessages.Repair(input);

    public void Run(byte[] input)
    {
        try
        {
            var reply = ControlProtocol.ReadAsync<ControlReply>(new MemoryStream(input), ControlProtocol.MaxReplySize, default).GetAwaiter().GetResult();
            _ = reply.Error?.ToException();
            if (reply.Status?.ToStatus() is { } status) _ = reply.Sync?.ToResult(status);
        }
        catch (Exception e) when (e is InvalidDataException or EndOfStreamException)
        {
            // what the call makes a named error of
        }
    }
}
