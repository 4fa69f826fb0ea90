using Litestream.Engine.Spool;
using Xunit;
using static Litestream.Engine.Tests.Spool.Objects;

namespace Litestream.Engine.Tests.Spool;

public sealed class SpoolQueueTests
{
    private static readonly SpooledObject s_snapshot = Snapshot(A);
    private static readonly SpooledObject s_first = Segment(A, 0, 0, 100);
    private static readonly SpooledObject s_second = Segment(A, 0, 100, 200);
    private static readonly SpooledObject s_third = Segment(A, 1, 0, 50);

    [Fact]
    public void Next_gives_no_segment_before_its_snapshot()
    {
        var queue = new SpoolQueue(1);
        queue.Add(s_first);
        queue.Add(s_second);
        Assert.Null(queue.Next(0));
        Assert.False(queue.IsEmptyFor(0));
        queue.Add(s_snapshot);
        Assert.Equal([s_snapshot, s_first, s_second], Ship(queue, 0));
        Assert.True(queue.IsEmptyFor(0));
    }

    [Fact]
    public void Next_gives_the_same_object_until_it_is_confirmed()
    {
        var queue = Filled(1, s_snapshot, s_first);
        Assert.Equal(queue.Next(0), queue.Next(0));
    }

    [Fact]
    public void A_replica_waits_for_nothing_that_came_first_though_it_waits_for_more()
    {
        var queue = Filled(1, s_snapshot, s_first);
        var first = queue.Added;
        queue.Add(s_second);
        queue.Confirm(0, s_snapshot);
        Assert.False(queue.IsEmptyFor(0, first));
        queue.Confirm(0, s_first);
        Assert.True(queue.IsEmptyFor(0, first));
        Assert.False(queue.IsEmptyFor(0));
    }

    [Fact]
    public void A_replica_without_a_snapshot_waits_for_it_whenever_it_came()
    {
        var queue = new SpoolQueue(1);
        queue.Add(s_snapshot);
        Assert.False(queue.IsEmptyFor(0, 0));
        queue.Confirm(0, s_snapshot);
        queue.Add(Snapshot(A, 1));
        Assert.True(queue.IsEmptyFor(0, 1));
    }

    [Fact]
    public void Supersede_takes_out_older_snapshots_but_for_a_replicas_first()
    {
        var (middle, newest) = (Snapshot(A, 1), Snapshot(A, 2));
        var queue = Filled(2, s_snapshot, s_first, middle, newest);
        queue.Confirm(0, s_snapshot);
        Assert.Empty(queue.Supersede(newest));
        queue.Confirm(1, s_snapshot);
        Assert.Equal([middle], queue.Supersede(newest));
        Assert.Empty(queue.Supersede(newest));
        Assert.Equal([s_first, newest], Ship(queue, 1));
    }

    [Fact]
    public void Align_does_not_bring_back_a_snapshot_that_retention_has_let_go()
    {
        var queue = Filled(2, s_snapshot, s_first, s_third, Snapshot(A, 2));
        Assert.True(queue.Align(0, A, Held(A, [2], (0, 0), (1, 0)), expectsSnapshot: false));
        Assert.Null(queue.Next(0));
        Assert.Equal(s_snapshot, queue.Next(1));
    }

    [Fact]
    public void Next_gives_a_former_generation_first()
    {
        var queue = Filled(1, s_snapshot, s_first, Snapshot(B), Segment(B, 0, 0, 100));
        Assert.Equal([A, A, B, B], Ship(queue, 0).Select(o => o.Generation));
    }

    [Fact]
    public void Confirm_lets_go_what_all_replicas_hold()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second);
        Assert.Empty(queue.Confirm(0, s_snapshot));
        Assert.Empty(queue.Confirm(0, s_first));
        Assert.Equal([s_snapshot], queue.Confirm(1, s_snapshot));
        Assert.Equal(s_second, queue.Next(0));
        Assert.Equal(s_first, queue.Next(1));
    }

    [Fact]
    public void Confirm_keeps_the_last_segment_that_is_held_until_the_next_one_is()
    {
        var queue = Filled(1, s_snapshot, s_first, s_second);
        Assert.Equal([s_snapshot], queue.Confirm(0, s_snapshot));
        Assert.Empty(queue.Confirm(0, s_first));
        Assert.Equal([s_first], queue.Confirm(0, s_second));
        Assert.Equal(s_second, queue.FindSegment(A, s_second.Start));
        Assert.True(queue.IsEmptyFor(0));
        queue.Add(s_third);
        Assert.Equal([s_second], queue.Confirm(0, s_third));
    }

    [Fact]
    public void Confirm_keeps_the_anchor_of_the_slowest_replica()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second, s_third);
        Ship(queue, 0);
        queue.Confirm(1, s_snapshot);
        Assert.Empty(queue.Confirm(1, s_first));
        Assert.Equal(s_first, queue.FindSegment(A, s_first.Start));
        Assert.Equal(new(150, s_second.Time), queue.BacklogOf(1));
    }

    [Fact]
    public void PendingSize_counts_what_somebody_waits_for()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second);
        Assert.Equal((20, 1000), queue.PendingSize);
        Ship(queue, 0);
        Assert.Equal((20, 1000), queue.PendingSize);
        Assert.Equal((0, 0), queue.PendingSizeFor(0));
        queue.Confirm(1, s_snapshot);
        queue.Confirm(1, s_first);
        Assert.Equal((10, 0), queue.PendingSize);
        Assert.Equal((10, 0), queue.PendingSizeFor(1));
        Ship(queue, 1);
        Assert.Equal((0, 0), queue.PendingSize);
    }

    [Fact]
    public void GiveUp_lets_go_what_only_that_replica_waits_for()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second, s_third);
        queue.Confirm(0, s_snapshot);
        queue.Confirm(0, s_first);
        queue.Confirm(0, s_second);
        // the anchor of the other replica stays
        Assert.Equal([s_snapshot, s_first], queue.GiveUp(1));
        Assert.Equal([s_third], Ship(queue, 0));
        Assert.True(queue.IsEmptyFor(0));
        Assert.Null(queue.Next(1));
        Assert.False(queue.IsEmptyFor(1));
    }

    [Fact]
    public void GiveUp_keeps_nothing_new_for_the_replica_and_counts_what_it_lacks()
    {
        var queue = Filled(2, s_snapshot, s_first);
        queue.GiveUp(1);
        queue.Add(s_second);
        Assert.Equal((0, 0), queue.PendingSizeFor(1));
        Assert.Equal(new(200, s_first.Time), queue.BacklogOf(1));
        Assert.Equal([s_snapshot, s_first, s_second], Ship(queue, 0));
        Assert.True(queue.Align(1, A, Held(A, [0]), expectsSnapshot: false));
        Assert.Null(queue.Next(1));
    }

    [Fact]
    public void TakeBack_offers_what_is_added_from_then_on()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second);
        Ship(queue, 0);
        queue.GiveUp(1);
        queue.TakeBack(1);
        Assert.False(queue.Align(1, A, Held(A, [0]), expectsSnapshot: false));
        queue.Add(Snapshot(B));
        Assert.True(queue.BacklogOf(1).Bytes >= 200);
        queue.Abandon(1, A);
        Assert.Equal([Snapshot(B)], Ship(queue, 1));
        Assert.Equal(default, queue.BacklogOf(1));
    }

    [Fact]
    public void Align_ships_all_to_a_replica_that_holds_nothing()
    {
        var queue = Filled(1, s_snapshot, s_first, s_second);
        Assert.True(queue.Align(0, A, held: null, expectsSnapshot: false));
        Assert.Equal([s_snapshot, s_first, s_second], Ship(queue, 0));
    }

    [Fact]
    public void Align_ships_again_what_a_replica_has_lost()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second);
        Ship(queue, 0);
        Assert.True(queue.Align(0, A, held: null, expectsSnapshot: false));
        Assert.Equal([s_snapshot, s_first, s_second], Ship(queue, 0));
    }

    [Fact]
    public void Align_goes_on_where_a_replica_ends()
    {
        var queue = Filled(1, s_snapshot, s_first, s_second, s_third);
        Assert.True(queue.Align(0, A, Held(A, [0], (0, 0)), expectsSnapshot: false));
        Assert.Equal([s_second, s_third], Ship(queue, 0));
    }

    [Fact]
    public void Align_ships_nothing_to_a_replica_that_holds_all()
    {
        var queue = Filled(1, s_snapshot, s_first, s_second);
        Assert.True(queue.Align(0, A, Held(A, [0], (0, 0), (0, 100)), expectsSnapshot: false));
        Assert.True(queue.IsEmptyFor(0));
    }

    [Fact]
    public void Align_goes_on_when_only_the_anchor_is_left()
    {
        var queue = Filled(1, s_second);
        Assert.True(queue.Align(0, A, Held(A, [0], (0, 0), (0, 100)), expectsSnapshot: false));
        queue.Add(s_third);
        Assert.Equal([s_third], Ship(queue, 0));
    }

    [Fact]
    public void Align_refuses_a_replica_that_is_behind_the_spool() =>
        Assert.False(Filled(1, s_third).Align(0, A, Held(A, [0], (0, 0)), expectsSnapshot: false));

    [Fact]
    public void Align_refuses_a_replica_that_is_beyond_the_spool() =>
        Assert.False(Filled(1, s_first, s_second).Align(0, A, Held(A, [0], (0, 0), (0, 100), (0, 333)), expectsSnapshot: false));

    [Fact]
    public void Align_refuses_a_replica_whose_boundaries_differ() =>
        Assert.False(Filled(1, s_first, s_second).Align(0, A, Held(A, [0], (0, 0), (0, 77)), expectsSnapshot: false));

    [Fact]
    public void Align_refuses_a_replica_without_a_snapshot() =>
        Assert.False(Filled(1, s_first, s_second).Align(0, A, Held(A, [], (0, 0)), expectsSnapshot: false));

    [Fact]
    public void Align_refuses_a_replica_that_lost_segments_which_are_not_here()
    {
        Assert.False(Filled(1, s_second).Align(0, A, Held(A, [0]), expectsSnapshot: false));
        Assert.False(Filled(1, s_second).Align(0, A, held: null, expectsSnapshot: false));
    }

    [Fact]
    public void Align_refuses_a_replica_that_lost_whole_indexes_which_are_not_here() =>
        Assert.False(Filled(1, s_third).Align(0, A, Held(A, [0]), expectsSnapshot: false));

    [Fact]
    public void Align_waits_for_a_snapshot_that_is_being_copied()
    {
        var queue = Filled(1, s_first);
        Assert.True(queue.Align(0, A, held: null, expectsSnapshot: true));
        Assert.Null(queue.Next(0));
        queue.Add(s_snapshot);
        Assert.Equal([s_snapshot, s_first], Ship(queue, 0));
    }

    [Fact]
    public void Align_of_one_replica_leaves_the_other()
    {
        var queue = Filled(2, s_snapshot, s_first, s_second);
        Assert.True(queue.Align(0, A, Held(A, [0], (0, 0), (0, 100)), expectsSnapshot: false));
        Assert.True(queue.IsEmptyFor(0));
        Assert.Equal([s_snapshot, s_first, s_second], Ship(queue, 1));
    }

    [Fact]
    public void Abandon_gives_up_a_generation_for_one_replica()
    {
        var queue = Filled(2, s_snapshot, s_first, Snapshot(B));
        queue.Abandon(0, A);
        Assert.Equal([Snapshot(B)], Ship(queue, 0));
        Assert.Equal(s_snapshot, queue.Next(1));
    }

    [Fact]
    public void Remove_takes_a_generation_out()
    {
        var queue = Filled(2, s_snapshot, s_first, Snapshot(B));
        Assert.Equal([s_snapshot, s_first], queue.Remove(A));
        Assert.Equal([B], queue.Generations);
        Assert.Equal(Snapshot(B), queue.Next(0));
    }

    [Fact]
    public void A_queue_serves_64_replicas()
    {
        var queue = Filled(64, s_snapshot);
        Assert.Empty(queue.Confirm(63, s_snapshot));
        for (var replica = 0; replica < 62; replica++) Assert.Empty(queue.Confirm(replica, s_snapshot));
        Assert.Equal([s_snapshot], queue.Confirm(62, s_snapshot));
    }

    private static SpoolQueue Filled(int replicas, params SpooledObject[] objects)
    {
        var queue = new SpoolQueue(replicas);
        foreach (var content in objects) queue.Add(content);
        return queue;
    }

    private static List<SpooledObject> Ship(SpoolQueue queue, int replica)
    {
        var shipped = new List<SpooledObject>();
        while (queue.Next(replica) is { } content)
        {
            shipped.Add(content);
            queue.Confirm(replica, content);
        }

        return shipped;
    }
}
