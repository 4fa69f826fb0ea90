using Litestream.Engine.Replication;
using Litestream.Engine.Tests.Fakes;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class SourceWatchTests
{
    private readonly CountingFiles _files = new();
    private readonly EventLog _events = new("app.db", TimeProvider.System);
    private readonly DateTimeOffset _start = new(2030, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private readonly SourceWatch _watch;

    public SourceWatchTests() => _watch = new(new() { DatabasePath = "app.db" }, _files, _events, () => { }, () => false);

    [Fact]
    public void Watch_rests_while_there_is_something_new_all_the_time()
    {
        _watch.Listen();
        for (var ms = 0; ms < 1000; ms += 50) Assert.False(Looked(ms, isFound: true));
        Assert.False(_watch.IsDeaf);

        Looked(1000, isFound: true);

        Assert.True(_watch.IsDeaf);
        Assert.Equal(0, _files.Watching);
    }

    [Fact]
    public void Watch_goes_on_when_it_is_still_and_asks_for_one_more_look()
    {
        _watch.Listen();
        for (var ms = 0; ms <= 2000; ms += 50) Looked(ms, isFound: true);
        for (var ms = 2050; ms < 2200; ms += 50) Assert.False(Looked(ms, isFound: false));
        Assert.True(_watch.IsDeaf);

        Assert.True(Looked(2200, isFound: false));

        Assert.False(_watch.IsDeaf);
        Assert.Equal(2, _files.Watching);
        Assert.False(Looked(4000, isFound: false));
    }

    [Fact]
    public void A_change_now_and_then_is_waited_for()
    {
        _watch.Listen();
        for (var ms = 0; ms < 20_000; ms += 1000) Looked(ms, isFound: true);
        Assert.False(_watch.IsDeaf);
        Assert.Equal(2, _files.Watching);
    }

    [Fact]
    public void What_can_not_be_watched_is_told_once()
    {
        _files.IsUnable = true;
        _watch.Listen();
        for (var ms = 0; ms <= 2000; ms += 50) Looked(ms, isFound: true);
        Assert.False(_watch.IsDeaf); // the poll interval holds, as was told
        _watch.Listen();

        Assert.True(_events.Reader.TryRead(out var told));
        Assert.Equal(ReplicationEventKind.Unwatched, told.Kind);
        Assert.False(_events.Reader.TryRead(out _));
    }

    [Fact]
    public void What_could_not_be_watched_is_tried_again_after_a_minute()
    {
        _watch.Listen();
        for (var ms = 0; ms <= 2000; ms += 50) Looked(ms, isFound: true);
        _files.IsUnable = true;
        Looked(3000, isFound: false);
        _files.IsUnable = false;
        for (var ms = 4000; ms < 64_000; ms += 1000) Assert.False(Looked(ms, isFound: false));
        Assert.Equal(0, _files.Watching);

        Assert.True(Looked(64_000, isFound: false));

        Assert.Equal(2, _files.Watching);
    }

    [Fact]
    public void Close_ends_the_watching()
    {
        _watch.Listen();
        _watch.Close();
        Assert.Equal(0, _files.Watching);
    }

    private bool Looked(int ms, bool isFound) => _watch.Looked(_start.AddMilliseconds(ms), isFound);

    private sealed class CountingFiles : LocalFiles
    {
        public bool IsUnable { get; set; }

        public int Watching { get; private set; }

        public override IDisposable Watch(string path, Action changed)
        {
            if (IsUnable) throw new IOException("no watcher is left");
            Watching++;
            return new End(() => Watching--);
        }

        private sealed class End(Action end) : IDisposable
        {
            public void Dispose() => end();
        }
    }
}
