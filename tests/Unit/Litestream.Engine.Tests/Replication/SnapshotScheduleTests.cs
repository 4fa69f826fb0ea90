using Litestream.Engine.Format;
using Litestream.Engine.Replication;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Litestream.Engine.Tests.Replication;

public sealed class SnapshotScheduleTests
{
    private static readonly GenerationId s_generation = GenerationId.Parse("0123456789abcdef");
    private static readonly Position s_later = new(7, 4152);

    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Theory]
    [InlineData(null, 24, 24)]
    [InlineData(6, 24, 6)]
    [InlineData(48, 24, 24)]
    [InlineData(6, null, 6)]
    public void A_snapshot_is_due_an_interval_after_the_last_and_at_least_once_a_window(int? interval, int? retention, int hours)
    {
        var schedule = Create(interval, retention);
        schedule.Note(s_generation, 3, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(hours) - TimeSpan.FromSeconds(1));
        Assert.False(schedule.IsDue(s_generation, s_later));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(schedule.IsDue(s_generation, s_later));
    }

    [Fact]
    public void None_is_due_without_interval_and_window()
    {
        var schedule = Create(null, null);
        schedule.Note(s_generation, 3, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromDays(1000));
        Assert.False(schedule.IsDue(s_generation, s_later));
    }

    [Theory]
    [InlineData(3, 0, false)]
    [InlineData(3, 4152, true)]
    [InlineData(4, 0, true)]
    public void None_is_due_where_nothing_has_come_since_the_last(int index, long offset, bool expected)
    {
        var schedule = Create(1, null);
        schedule.Note(s_generation, 3, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(5));
        Assert.Equal(expected, schedule.IsDue(s_generation, new(index, offset)));
    }

    [Fact]
    public void None_is_due_in_a_generation_of_which_no_replica_is_known_to_hold_one()
    {
        var schedule = Create(1, null);
        _time.Advance(TimeSpan.FromHours(5));
        Assert.False(schedule.IsDue(s_generation, s_later));
        schedule.Note(GenerationId.Parse("fedcba9876543210"), 3, _time.GetUtcNow());
        _time.Advance(TimeSpan.FromHours(5));
        Assert.False(schedule.IsDue(s_generation, s_later));
    }

    [Theory]
    [InlineData(-2, 0)]
    [InlineData(-200, 0)]
    [InlineData(-1, 1)]
    [InlineData(100, 2)]
    public void What_the_snapshots_own_clock_says_changes_no_more_than_an_interval(int stampedAhead, int expected)
    {
        var schedule = Create(2, null);
        schedule.Note(s_generation, 3, _time.GetUtcNow().AddHours(stampedAhead));
        Assert.Equal(expected == 0, schedule.IsDue(s_generation, s_later));
        _time.Advance(TimeSpan.FromHours(expected));
        Assert.True(schedule.IsDue(s_generation, s_later));
    }

    [Fact]
    public void An_older_snapshot_on_another_replica_changes_nothing_and_a_failure_waits()
    {
        var schedule = Create(2, null);
        schedule.Note(s_generation, 3, _time.GetUtcNow());
        schedule.Note(s_generation, 1, _time.GetUtcNow().AddHours(-9));
        Assert.False(schedule.IsDue(s_generation, s_later));
        _time.Advance(TimeSpan.FromHours(2));
        Assert.True(schedule.IsDue(s_generation, s_later));
        Assert.Equal(TimeSpan.FromMinutes(1), schedule.Postpone());
        Assert.False(schedule.IsDue(s_generation, s_later));
        _time.Advance(TimeSpan.FromMinutes(1));
        Assert.True(schedule.IsDue(s_generation, s_later));
    }

    private SnapshotSchedule Create(int? interval, int? retention) => new(
        new()
        {
            DatabasePath = "app.db",
            SnapshotInterval = interval is { } i ? TimeSpan.FromHours(i) : null,
            Retention = retention is { } r ? TimeSpan.FromHours(r) : null,
        }, new() { Time = _time });
}
