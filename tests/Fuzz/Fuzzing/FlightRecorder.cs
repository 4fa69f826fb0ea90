using System.IO.MemoryMappedFiles;

namespace Litestream.Fuzz.Fuzzing;

/// <summary>What a run was doing: in a file that is mapped into memory, so that it outlives a process which a stack overflow or a hang has ended.</summary>
internal sealed class FlightRecorder : IDisposable
{
    private const int ExecutionsAt = 0;
    private const int FailuresAt = 8;
    private const int LengthAt = 16;
    private const int InputAt = 24;
    private const int MaxInput = 1 << 20;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public FlightRecorder(string path)
    {
        _file = MemoryMappedFile.CreateFromFile(path, FileMode.OpenOrCreate, mapName: null, InputAt + MaxInput);
        _view = _file.CreateViewAccessor();
    }

    /// <summary>Executions so far.</summary>
    public long Executions { get => _view.ReadInt64(ExecutionsAt); private set => _view.Write(ExecutionsAt, value); }

    /// <summary>Different failures so far.</summary>
    public long Failures { get => _view.ReadInt64(FailuresAt); set => _view.Write(FailuresAt, value); }

    /// <summary>The input that was given last.</summary>
    public byte[] Input
    {
        get
        {
            var input = new byte[_view.ReadInt32(LengthAt)];
            _view.ReadArray(InputAt, input, 0, input.Length);
            return input;
        }
    }

    /// <summary>Notes an input before it is given.</summary>
    public void Begin(byte[] input)
    {
        _view.Write(LengthAt, input.Length);
        _view.WriteArray(InputAt, input, 0, input.Length);
        Executions++;
    }

    public void Dispose()
    {
        _view.Dispose();
        _file.Dispose();
    }
}
