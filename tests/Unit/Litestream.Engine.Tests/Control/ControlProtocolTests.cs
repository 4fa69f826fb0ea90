using System.Text;
using Litestream.Engine.Control;
using Litestream.Engine.Errors;
using Xunit;

namespace Litestream.Engine.Tests.Control;

public sealed class ControlProtocolTests
{
    [Fact]
    public async Task Reply_arrives_with_all_that_the_status_has()
    {
        var sent = new FakeReplication().Status;

        var status = (await PassAsync(new ControlReply(1) { Status = StatusMessage.Of(sent) })).Status!.ToStatus();

        Assert.Equal(sent with { Replicas = [], LastError = null }, status with { Replicas = [], LastError = null });
        Assert.Equal(
            sent.Replicas.Select(r => r with { LastError = null }), status.Replicas.Select(r => r with { LastError = null }));
        Assert.Equal("Some failure.", status.LastError!.Message);
        var error = Assert.IsType<LitestreamException>(status.Replicas[0].LastError);
        Assert.Equal((ErrorCode.ReplicaUnavailable, "Away.", "/backup/app", "Wait."), (error.Code, error.Message, error.Target, error.Hint));
    }

    [Fact]
    public async Task Reply_of_64_replicas_with_the_longest_errors_fits()
    {
        var error = new LitestreamException(ErrorCode.ReplicaUnavailable, new('名', 1 << 20), new('t', 1 << 20), new('h', 1 << 20));
        var one = new FakeReplication().Status;
        var status = one with { Replicas = [.. Enumerable.Range(0, 64).Select(n => one.Replicas[0] with { Url = $"/replica/{n}", LastError = error })] };

        var received = await PassAsync(new ControlReply(1) { Status = StatusMessage.Of(status) });

        Assert.Equal(64, received.Status!.Replicas.Count);
    }

    [Fact]
    public void Error_of_a_later_version_is_shown_without_its_code()
    {
        Assert.IsType<InvalidOperationException>(new ErrorMessage("NeverHeardOf", "Odd.", "t", "h").ToException());
        Assert.IsType<InvalidOperationException>(new ErrorMessage("3", "A number is no name.", "t", "h").ToException());
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{\"version\":1}")]
    [InlineData("{\"action\":\"stop\"}")]
    [InlineData("{\"version\":1,\"action\":2}")]
    [InlineData("{\"version\":1,\"action\":\"format\"}")]
    [InlineData("{\"version\":1,\"action\":\"stop\",\"more\":1}")]
    [InlineData("{\"version\":1,\"action\":\"stop\"}{}")]
    [InlineData("{\"version\":\"1\",\"action\":\"stop\"}")]
    [InlineData("{\"version\":99999999999,\"action\":\"stop\"}")]
    [InlineData("{\"version\":1,\"action\":[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]}")]
    [InlineData("\u0000\u0001\u0002")]
    public async Task Read_takes_only_a_request(string json)
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(Frame(Encoding.UTF8.GetBytes(json))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MinValue)]
    [InlineData(int.MaxValue)]
    [InlineData(ControlProtocol.MaxRequestSize + 1)]
    public async Task Read_refuses_a_length_out_of_bounds_before_it_reads_on(int length)
    {
        await Assert.ThrowsAsync<InvalidDataException>(() => ReadAsync(BitConverter.GetBytes(length)));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(10)]
    public async Task Read_tells_a_message_that_was_cut_off(int length)
    {
        var whole = Frame("{\"version\":1,\"action\":\"stop\"}"u8.ToArray());

        await Assert.ThrowsAsync<EndOfStreamException>(() => ReadAsync(whole[..length]));
    }

    [Fact]
    public async Task Read_survives_random_bytes()
    {
        var random = new Random(20260101);
        for (var round = 0; round < 2000; round++)
        {
            var bytes = new byte[random.Next(200)];
            random.NextBytes(bytes);
            if (bytes.Length > 4 && round % 2 == 0) BitConverter.TryWriteBytes(bytes, bytes.Length - 4);

            var error = await Assert.ThrowsAnyAsync<Exception>(() => ReadAsync(bytes));
            Assert.True(error is InvalidDataException or EndOfStreamException, error.ToString());
        }
    }

    internal static byte[] Frame(byte[] json) => [.. BitConverter.GetBytes(json.Length), .. json];

    private static Task<ControlRequest> ReadAsync(byte[] bytes) =>
        ControlProtocol.ReadAsync<ControlRequest>(new MemoryStream(bytes), ControlProtocol.MaxRequestSize, default);

    private static async Task<ControlReply> PassAsync(ControlReply reply)
    {
        using var stream = new MemoryStream();
        await ControlProtocol.WriteAsync(stream, reply, default);
        stream.Position = 0;
        return await ControlProtocol.ReadAsync<ControlReply>(stream, ControlProtocol.MaxReplySize, default);
    }
}
