using System.Buffers;
using System.Threading.Channels;

namespace Litestream.Engine.Replicas;

/// <summary>Reads another stream ahead of its use, on another thread: fetching and decompressing go on while what is there is used. An error
/// comes when all before it was read.</summary>
internal sealed class ReadAheadStream : ReadOnlyStream
{
    private const int BufferSize = 256 * 1024;

    /// <summary>Buffers that wait: with the two in use, at most 1.5 MiB are held.</summary>
    private const int MaxWaiting = 4;

    private readonly Stream _source;
    private readonly Channel<(byte[] Buffer, int Length)> _filled =
        Channel.CreateBounded<(byte[], int)>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true, SingleWriter = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _pump;
    private (byte[] Buffer, int Length)? _current;
    private int _position;

    /// <summary>Begins to read.</summary>
    /// <param name="source">The stream; is disposed with this one.</param>
    public ReadAheadStream(Stream source)
    {
        _source = source;
        _pump = Task.Run(PumpAsync);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.Length == 0) return 0;
        while (IsUsedUp)
            if (!TryNext() && !_filled.Reader.WaitToReadAsync().AsTask().GetAwaiter().GetResult()) return 0;
        return Take(buffer);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested(); // waiting is not, where there is always something
        if (buffer.Length == 0) return 0;
        while (IsUsedUp)
            if (!TryNext() && !await _filled.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false)) return 0;
        return Take(buffer.Span);
    }

    public override async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        // what went wrong ahead of the use is of no interest any more
        await _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        GiveBack();
        await _source.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _stop.Cancel();
            _pump.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing).GetAwaiter().GetResult();
            GiveBack();
            _source.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsUsedUp => _current is not { } current || _position == current.Length;

    private bool TryNext()
    {
        if (!_filled.Reader.TryRead(out var next)) return false;
        if (_current is { } used) ArrayPool<byte>.Shared.Return(used.Buffer);
        (_current, _position) = (next, 0);
        return true;
    }

    private int Take(Span<byte> target)
    {
        var (buffer, length) = _current!.Value;
        var taken = Math.Min(target.Length, length - _position);
        buffer.AsSpan(_position, taken).CopyTo(target);
        _position += taken;
        return taken;
    }

    private async Task PumpAsync()
    {
        try
        {
            while (await TryFillAsync().ConfigureAwait(false))
            {
            }

            _filled.Writer.Complete();
        }
        catch (Exception e)
        {
            _filled.Writer.Complete(e); // whoever reads gets it
        }
    }

    private async Task<bool> TryFillAsync()
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        var length = 0;
        try
        {
            int read;
            while (length < BufferSize && (read = await _source.ReadAsync(buffer.AsMemory(length, BufferSize - length), _stop.Token).ConfigureAwait(false)) > 0) length += read;
            return length == BufferSize;
        }
        finally
        {
            // what was read before an error comes before it
            if (length > 0) await _filled.Writer.WriteAsync((buffer, length), _stop.Token).ConfigureAwait(false);
            else ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private void GiveBack()
    {
        if (_current is { } current) ArrayPool<byte>.Shared.Return(current.Buffer);
        _current = null;
        while (_filled.Reader.TryRead(out var waiting)) ArrayPool<byte>.Shared.Return(waiting.Buffer);
    }
}
