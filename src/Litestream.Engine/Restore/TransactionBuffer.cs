using System.Runtime.InteropServices;
using Litestream.Engine.Files;

namespace Litestream.Engine.Restore;

/// <summary>Holds the pages of a transaction until its commit is seen, in memory up to a bound, beyond it in a file.</summary>
internal sealed class TransactionBuffer : IDisposable
{
    /// <summary>Bytes of pages held in memory.</summary>
    public const int DefaultCapacity = 8 * 1024 * 1024;

    private const int FirstPages = 16;

    private readonly IFileSystem _files;
    private readonly string _spillPath;
    private readonly int _pageSize;
    private readonly uint[] _numbers;
    private byte[] _pages = [];
    private IFile? _spill;
    private int _count;
    private int _spilledBlocks;

    /// <summary>Makes an empty buffer.</summary>
    /// <param name="files">Where the spill file is made.</param>
    /// <param name="spillPath">The spill file; made when needed, deleted when disposed.</param>
    /// <param name="pageSize">Bytes a page.</param>
    /// <param name="capacity">Bytes of pages held in memory.</param>
    public TransactionBuffer(IFileSystem files, string spillPath, int pageSize, int capacity = DefaultCapacity)
    {
        _files = files;
        _spillPath = spillPath;
        _pageSize = pageSize;
        _numbers = new uint[Math.Max(1, capacity / pageSize)];
    }

    private long BlockSize => (long)_numbers.Length * (sizeof(uint) + _pageSize);

    /// <summary>Adds a page.</summary>
    /// <param name="number">Its number, from 1.</param>
    /// <param name="page">Its content.</param>
    public void Add(uint number, ReadOnlySpan<byte> page)
    {
        if (_count == _numbers.Length) Spill();
        if (_count * _pageSize == _pages.Length) Grow();
        page.CopyTo(_pages.AsSpan(_count * _pageSize, _pageSize));
        _numbers[_count++] = number;
    }

    /// <summary>The transaction is committed: writes its pages, in the order they came in, and forgets them.</summary>
    /// <param name="target">Where they go.</param>
    /// <param name="pageCount">Pages of the database after it; what lies beyond was cut off within the transaction.</param>
    public void Commit(PageWriter target, uint pageCount)
    {
        if (_spilledBlocks > 0)
        {
            // what is in memory comes last, and its place is needed to read the blocks
            var rest = _count;
            Spill();
            for (var block = 0; block < _spilledBlocks; block++)
            {
                ReadBlock(block);
                WriteRuns(target, block == _spilledBlocks - 1 ? rest : _numbers.Length, pageCount);
            }
        }
        else
        {
            WriteRuns(target, _count, pageCount);
        }

        Discard();
    }

    /// <summary>Forgets the pages.</summary>
    public void Discard()
    {
        _count = 0;
        _spilledBlocks = 0;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_spill is null) return;
        _spill.Dispose();
        _files.Delete(_spillPath);
    }

    // most transactions are small: what none of them needs is not taken
    private void Grow() =>
        Array.Resize(ref _pages, (int)Math.Min((long)_numbers.Length * _pageSize, Math.Max(FirstPages * _pageSize, _pages.Length * 2L)));

    private void Spill()
    {
        _spill ??= _files.Open(_spillPath, FileOpenMode.CreateNew, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        var offset = _spilledBlocks * BlockSize;
        _spill.Write(MemoryMarshal.AsBytes(_numbers.AsSpan()), offset);
        _spill.Write(_pages.AsSpan(0, _count * _pageSize), offset + _numbers.Length * sizeof(uint));
        _spilledBlocks++;
        _count = 0;
    }

    private void ReadBlock(int block)
    {
        var offset = block * BlockSize;
        _ = _spill!.Read(MemoryMarshal.AsBytes(_numbers.AsSpan()), offset);
        _ = _spill.Read(_pages, offset + _numbers.Length * sizeof(uint));
    }

    // pages with consecutive numbers lie side by side here and in the file
    private void WriteRuns(PageWriter target, int count, uint pageCount)
    {
        for (var start = 0; start < count;)
        {
            var end = start + 1;
            while (end < count && _numbers[end] == _numbers[end - 1] + 1) end++;
            var kept = (int)Math.Clamp(pageCount + 1L - _numbers[start], 0, end - start);
            if (kept > 0) target.Write(_numbers[start], _pages.AsSpan(start * _pageSize, kept * _pageSize));
            start = end;
        }
    }
}
