using Milepost.Protocol.Errors;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Streams;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class SessionTests
{
    private const string A = "order:a";
    private const string B = "order:b";

    private readonly TestNode _node = new();

    private static StreamName StreamA => TestNode.Stream(A);

    [Fact]
    public async Task Without_a_position_a_stream_starts_from_now()
    {
        _node.Append(A, 3);
        var client = _node.Follow(null, A);

        var ready = await client.NextAsync(FrameTypes.Ready);
        ready.Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 3, 0)]);
        _node.Publish(A);
        (await client.NextAsync("order.updated")).Offset.ShouldBe(4);
        await client.EndAsync();
    }

    [Fact]
    public async Task Earliest_replays_everything_that_is_kept()
    {
        _node.Append(A, 300);
        _node.Log.Keep(StreamA, 11);
        var client = _node.Follow("earliest", A);

        (await client.OffsetsUntilAsync(A, 300)).ShouldBe(Offsets(11, 300));
        (await client.NextAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 300, 290)]);
        await client.EndAsync();
    }

    [Fact]
    public async Task Earliest_of_an_empty_stream_is_ready_at_zero()
    {
        var client = _node.Follow("earliest", A);

        (await client.NextAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 0, 0)]);
        await client.EndAsync();
    }

    [Theory]
    [InlineData(0)]
    [InlineData(4)]
    [InlineData(9)]
    [InlineData(10)]
    public async Task A_cursor_replays_what_is_behind_it(long offset)
    {
        _node.Append(A, 10);
        var client = _node.Follow(CursorAt((A, offset)), A);

        var ready = await client.UntilAsync(FrameTypes.Ready);
        client.History[..^1].Select(arrived => arrived.Frame.Offset!.Value).ShouldBe(Offsets(offset + 1, 10));
        ready.Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 10, 10 - offset)]);
        Cursor.TryParse(ready.Cursor, out var cursor).ShouldBeTrue();
        cursor.PositionOf(A).ShouldBe(_node.Log.Position(StreamA, 10));
        await client.EndAsync();
    }

    [Fact]
    public async Task Resuming_confirms_what_is_before_the_cursor()
    {
        _node.Append(A, 10);
        var client = _node.Follow(CursorAt((A, 4)), A);

        await client.UntilAsync(FrameTypes.Ready);
        _node.Confirmed.ShouldBe([(A, 4)]);
        await client.EndAsync();
    }

    [Theory]
    [InlineData(ResetCodes.EpochChanged)]
    [InlineData(ResetCodes.PositionAhead)]
    [InlineData(ResetCodes.PositionExpired)]
    [InlineData(ResetCodes.HistoryChanged)]
    public async Task A_position_that_cannot_be_served_is_reset_and_goes_on_from_now(string code)
    {
        _node.Append(A, 10);
        _node.Log.Keep(StreamA, 4);
        var since = code switch
        {
            ResetCodes.EpochChanged => Cursor.Encode(6, [new CursorEntry(A, 5, _node.Log.Position(StreamA, 5).Check)]),
            ResetCodes.PositionAhead => Cursor.Encode(7, [new CursorEntry(A, 11, 1)]),
            ResetCodes.PositionExpired => CursorAt((A, 2)),
            _ => Cursor.Encode(7, [new CursorEntry(A, 5, 1)]),
        };
        var client = _node.Follow(since, A);

        var reset = await client.NextAsync(FrameTypes.Reset);
        (reset.Stream, reset.Code, reset.Cursor).ShouldBe((A, code, CursorAt((A, 10))));
        (await client.NextAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 10, 0)]);
        _node.Publish(A);
        (await client.NextAsync("order.updated")).Offset.ShouldBe(11);
        _node.Confirmed.ShouldBeEmpty();
        await client.EndAsync();
    }

    [Fact]
    public async Task The_cursor_of_a_reset_speaks_of_the_positions_of_all_streams()
    {
        _node.Append(A, 3);
        _node.Append(B, 5);
        var old = Cursor.Encode(6, [new CursorEntry(A, 1, 1), new CursorEntry(B, 2, 2)]);
        var client = _node.Follow(old, A, B);

        (await client.NextAsync(FrameTypes.Reset)).Cursor.ShouldBe(CursorAt((A, 3), (B, 5)));
        await client.EndAsync();
    }

    [Fact]
    public async Task A_position_directly_before_the_oldest_kept_entry_is_served()
    {
        _node.Append(A, 10);
        var cursor = CursorAt((A, 3));
        _node.Log.Keep(StreamA, 4);
        var client = _node.Follow(cursor, A);

        (await client.OffsetsUntilAsync(A, 10)).ShouldBe(Offsets(4, 10));
        await client.EndAsync();
    }

    [Fact]
    public async Task Entries_committed_between_listening_and_reading_come_exactly_once()
    {
        _node.Append(A, 2);
        _node.Log.BehindLocate = _ =>
        {
            _node.Log.BehindLocate = _ => Task.CompletedTask;
            _node.Publish(A);
            _node.Publish(A);
            return Task.CompletedTask;
        };
        var client = _node.Follow("earliest", A);

        (await client.OffsetsUntilAsync(A, 4)).ShouldBe(Offsets(1, 4));
        var frames = await client.EverythingSoFarAsync();
        frames.Where(arrived => arrived.Frame.Offset is not null).ShouldBeEmpty();
        client.History.Count(arrived => arrived.Type == FrameTypes.Ready).ShouldBe(1);
        client.History.Count(arrived => arrived.Frame.Offset is not null).ShouldBe(4);
        await client.EndAsync();
    }

    [Fact]
    public async Task Ready_counts_the_catch_up_whichever_way_it_came()
    {
        _node.Append(A, 5);
        _node.Log.BeforeRead = async _ =>
        {
            // The hints of what was there already come late, while the log is read.
            _node.Log.BeforeRead = _ => Task.CompletedTask;
            foreach (var frame in await _node.Log.ReadAsync(StreamA, Audience.Staff, 0, 3, TestContext.Current.CancellationToken))
            {
                _node.Hub.Publish(StreamA, frame);
            }
        };
        var client = _node.Follow("earliest", A);

        (await client.UntilAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 5, 5)]);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_lost_hint_is_healed_by_the_next_one()
    {
        var client = _node.Follow(null, A);
        await client.NextAsync(FrameTypes.Ready);
        _node.Append(A, 7);
        _node.Publish(A);

        (await client.OffsetsUntilAsync(A, 8)).ShouldBe(Offsets(1, 8));
        await client.EndAsync();
    }

    [Fact]
    public async Task A_hint_ahead_of_the_log_is_forgotten_and_healed_by_the_next_one()
    {
        var client = _node.Follow(null, A);
        await client.NextAsync(FrameTypes.Ready);
        var other = new TestLog();
        for (var index = 0; index < 4; index++)
        {
            other.Append(StreamA);
        }

        _node.Hub.Publish(StreamA, other.Append(StreamA));
        (await client.EverythingSoFarAsync()).ShouldBeEmpty();
        _node.Publish(A);
        (await client.OffsetsUntilAsync(A, 1)).ShouldBe([1]);
        await client.EndAsync();
    }

    [Fact]
    public async Task Entries_removed_during_the_catch_up_are_a_reset_and_never_a_gap()
    {
        _node.Append(A, 400);
        _node.Log.BeforeRead = _ =>
        {
            if (_node.Log.Reads == 2)
            {
                _node.Log.Keep(StreamA, 301);
            }

            return Task.CompletedTask;
        };
        var client = _node.Follow("earliest", A);

        var reset = await client.UntilAsync(FrameTypes.Reset);
        client.History[..^1].Select(arrived => arrived.Frame.Offset!.Value).ShouldBe(Offsets(1, 128));
        (reset.Code, reset.Cursor).ShouldBe((ResetCodes.PositionExpired, CursorAt((A, 400))));
        (await client.NextAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 400, 128)]);
        _node.Publish(A);
        (await client.NextAsync("order.updated")).Offset.ShouldBe(401);
        await client.EndAsync();
    }

    [Fact]
    public async Task Everything_removed_during_the_catch_up_is_told_at_once()
    {
        _node.Append(A, 10);
        _node.Log.BeforeRead = _ =>
        {
            _node.Log.Keep(StreamA, 11);
            return Task.CompletedTask;
        };
        var client = _node.Follow("earliest", A);

        (await client.NextAsync(FrameTypes.Reset)).Code.ShouldBe(ResetCodes.PositionExpired);
        (await client.NextAsync(FrameTypes.Ready)).Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 10, 0)]);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_receiver_that_does_not_read_costs_a_bounded_queue_and_misses_nothing()
    {
        var located = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Log.BehindLocate = _ =>
        {
            located.SetResult();
            return Task.CompletedTask;
        };
        var client = _node.Connect(paused: true);
        client.Follow(null, A);
        await located.Task.Soon();
        for (var index = 0; index < 3000; index++)
        {
            _node.Publish(A, size: 1000);
        }

        client.Session.QueuedBytes.ShouldBeLessThanOrEqualTo(_node.Server.Limits.QueueBytes);
        client.Resume();
        var offsets = await client.OffsetsUntilAsync(A, 3000);
        offsets.ShouldBe(Offsets(offsets[0], 3000));
        await client.EndAsync();
    }

    [Fact]
    public async Task Two_streams_arrive_complete_and_every_cursor_speaks_of_both()
    {
        _node.Append(A, 200);
        _node.Append(B, 300);
        var client = _node.Follow("earliest", A, B);

        var ready = await client.UntilAsync(FrameTypes.Ready);
        ready.Streams!.Select(stream => (stream.Stream, stream.Offset, stream.Replayed)).ShouldBe([(A, 200L, 200L), (B, 300L, 300L)], ignoreOrder: true);
        foreach (var arrived in client.History)
        {
            Cursor.TryParse(arrived.Frame.Cursor, out var cursor).ShouldBeTrue();
            cursor.Entries.Select(entry => entry.Stream).ShouldBe([A, B]);
        }

        await client.EndAsync();
    }

    [Fact]
    public async Task A_stream_that_is_always_behind_does_not_keep_the_others_waiting()
    {
        _node.Append(A, 100);
        _node.Append(B, 100);
        _node.Log.BeforeRead = stream =>
        {
            if (stream == StreamA && _node.Log.Reads < 40)
            {
                _node.Append(A, 300);
                _node.Hub.Publish(StreamA, _node.Log.Append(StreamA));
            }

            return Task.CompletedTask;
        };
        var client = _node.Follow("earliest", A, B);

        (await client.OffsetsUntilAsync(B, 100)).ShouldBe(Offsets(1, 100));
        client.History.Count(arrived => arrived.Frame.Stream == A).ShouldBeLessThan(1000);
        await client.EndAsync();
    }

    [Fact]
    public async Task Each_subscribe_is_answered_by_one_ready()
    {
        _node.Append(A, 3);
        _node.Append(B, 3);
        var client = _node.Follow("earliest", A);
        client.Follow("earliest", B);
        await client.UntilAsync(FrameTypes.Ready);
        await client.UntilAsync(FrameTypes.Ready);

        (await client.EverythingSoFarAsync()).ShouldBeEmpty();
        client.History.Where(arrived => arrived.Type == FrameTypes.Ready).SelectMany(arrived => arrived.Frame.Streams!)
            .Select(stream => (stream.Stream, stream.Offset, stream.Replayed)).ShouldBe([(A, 3L, 3L), (B, 3L, 3L)], ignoreOrder: true);
        await client.EndAsync();
    }

    [Fact]
    public async Task Nothing_of_an_unsubscribed_stream_is_written_any_more()
    {
        _node.Append(A, 500);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Log.BeforeRead = _ =>
        {
            reading.TrySetResult();
            return goOn.Task;
        };
        var client = _node.Follow("earliest", A);
        await reading.Task.Soon();
        client.Session.Unsubscribe(A).ShouldBeTrue();
        goOn.SetResult();

        (await client.EverythingSoFarAsync()).Where(arrived => arrived.Frame.Offset is not null).ShouldBeEmpty();
        _node.Hub.StreamCount.ShouldBe(0);
        client.Session.Unsubscribe(A).ShouldBeFalse();
        await client.EndAsync();
    }

    [Fact]
    public async Task Subscribing_again_in_the_middle_of_the_catch_up_starts_over()
    {
        _node.Append(A, 500);
        var reading = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Log.BeforeRead = _ =>
        {
            reading.TrySetResult();
            return goOn.Task;
        };
        var client = _node.Follow("earliest", A);
        await reading.Task.Soon();
        client.Follow(CursorAt((A, 490)), A);
        goOn.SetResult();

        await client.OffsetsUntilAsync(A, 500);
        (await client.EverythingSoFarAsync()).Where(arrived => arrived.Frame.Offset is not null).ShouldBeEmpty();
        client.History.Where(arrived => arrived.Frame.Offset is not null).Select(arrived => arrived.Frame.Offset!.Value).ShouldBe(Offsets(491, 500));
        client.History.Where(arrived => arrived.Type == FrameTypes.Ready).Last().Frame.Streams.ShouldBe([new ReadyStream(A, "0000000000000007", 500, 10)]);
        await client.EndAsync();
    }

    [Fact]
    public async Task While_a_new_stream_is_looked_up_no_cursor_forgets_it()
    {
        _node.Append(B, 10);
        var client = _node.Follow(null, A);
        await client.NextAsync(FrameTypes.Ready);
        var locating = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Log.BehindLocate = _ =>
        {
            locating.TrySetResult();
            return goOn.Task;
        };
        client.Follow(CursorAt((B, 4)), B);
        await locating.Task.Soon();
        _node.Publish(A);
        goOn.SetResult();

        var entry = await client.NextAsync("order.updated");
        Cursor.TryParse(entry.Cursor, out var cursor).ShouldBeTrue();
        cursor.PositionOf(B)!.Value.Offset.ShouldBeGreaterThanOrEqualTo(4);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_session_that_closes_before_its_positions_are_judged_loses_none_of_them()
    {
        _node.Append(A, 10);
        _node.Append(B, 10);
        var locating = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var goOn = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _node.Log.BehindLocate = _ =>
        {
            locating.TrySetResult();
            return goOn.Task;
        };
        var client = _node.Follow(CursorAt((A, 4), (B, 5)), A, B);
        await locating.Task.Soon();
        _node.Registry.Drain(TimeSpan.FromSeconds(5), new Random(1));
        goOn.SetResult();

        var reconnect = await client.UntilAsync(FrameTypes.Reconnect);
        reconnect.Cursor.ShouldBe(CursorAt((A, 4), (B, 5)));
        (await client.CloseCodeAsync()).ShouldBe(4100);
    }

    [Fact]
    public async Task A_cursor_of_another_epoch_that_was_not_judged_yet_stays_unservable()
    {
        _node.Append(A, 10);
        var client = _node.Connect();
        _node.Log.BehindLocate = _ => Task.Delay(Timeout.Infinite, TestContext.Current.CancellationToken);
        client.Follow(Cursor.Encode(6, [new CursorEntry(A, 0, 0)]), A);

        var next = client.Session.CurrentCursor();
        _node.Log.BehindLocate = _ => Task.CompletedTask;
        var resumed = _node.Follow(next, A);
        await resumed.NextAsync(FrameTypes.Reset);
        await resumed.EndAsync();
    }

    [Fact]
    public async Task A_log_that_cannot_be_read_closes_with_internal_error()
    {
        _node.Append(A, 10);
        _node.Log.BeforeRead = _ => throw new InvalidOperationException("the disk is gone");
        var client = _node.Follow("earliest", A);

        (await client.CloseCodeAsync()).ShouldBe(4104);
        await client.Session.Ended.Soon();
        _node.Hub.StreamCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_log_that_is_away_keeps_the_connection_and_is_tried_again()
    {
        _node.Append(A, 3);
        var tried = 0;
        _node.Log.BeforeRead = _ => Interlocked.Increment(ref tried) <= 2 ? throw new LogUnavailableException("the server is away") : Task.CompletedTask;
        var client = _node.Follow("earliest", A);
        while (Volatile.Read(ref tried) < 3)
        {
            // The registry's passes, a second each, as fast as the session rests.
            if (client.Session.WaitsForLog)
            {
                _node.Registry.RunOnce();
            }

            await Task.Yield();
        }

        (await client.OffsetsUntilAsync(A, 3)).ShouldBe([1L, 2L, 3L]);
        client.Session.IsOpen.ShouldBeTrue();
    }

    [Fact]
    public async Task A_connection_that_waits_for_the_log_can_be_closed()
    {
        _node.Append(A, 3);
        _node.Log.BeforeRead = _ => throw new LogUnavailableException("the server is away");
        var client = _node.Follow("earliest", A);
        client.Session.Close(CloseCode.Draining);
        (await client.CloseCodeAsync()).ShouldBe(CloseCode.Draining.Number);
        await client.Session.Ended.Soon();
    }

    [Fact]
    public async Task Closing_writes_what_waits_and_then_the_code()
    {
        var client = _node.Follow(null, A);
        await client.NextAsync(FrameTypes.Ready);
        client.Session.Send(ControlFrames.Pong);
        client.Session.Close(CloseCode.TokenExpired);

        await client.NextAsync(FrameTypes.Pong);
        (await client.NextAsync()).CloseCode.ShouldBe(4101);
        await client.Session.Ended.Soon();
        _node.Hub.StreamCount.ShouldBe(0);
    }

    [Fact]
    public async Task A_receiver_that_asks_without_reading_is_closed_with_too_many_frames()
    {
        var client = _node.Connect(paused: true);
        for (var index = 0; index < 20_000 && client.Session.IsOpen; index++)
        {
            client.Session.Send(ControlFrames.Pong);
        }

        client.Session.IsOpen.ShouldBeFalse();
        client.Resume();
        (await client.CloseCodeAsync()).ShouldBe(4103);
    }

    [Fact]
    public async Task An_acknowledgement_counts_only_for_followed_streams_and_known_offsets()
    {
        _node.Append(A, 5);
        var client = _node.Follow(null, A);
        await client.NextAsync(FrameTypes.Ready);
        Acknowledge(CursorAt((A, 3)));
        Acknowledge(Cursor.Encode(7, [new CursorEntry(A, 6, 0), new CursorEntry(B, 1, 0)]));
        Acknowledge(Cursor.Encode(6, [new CursorEntry(A, 1, 0)]));

        _node.Confirmed.ShouldBe([(A, 3)]);
        await client.EndAsync();

        void Acknowledge(string text)
        {
            Cursor.TryParse(text, out var cursor).ShouldBeTrue();
            client.Session.Acknowledge(cursor);
        }
    }

    private static IEnumerable<long> Offsets(long first, long last) => Enumerable.Range((int)first, (int)(last - first + 1)).Select(offset => (long)offset);

    private string CursorAt(params (string Label, long Offset)[] positions) =>
        Cursor.Encode(_node.Log.Epoch, [.. positions.Select(at => new CursorEntry(at.Label, at.Offset, _node.Log.Position(TestNode.Stream(at.Label), at.Offset).Check))]);
}
