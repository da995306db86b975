using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class OutboundQueueTests
{
    private static readonly Subscription Follower =
        new(new TestNode().Connect(paused: true).Session, "order:a", TestNode.Stream("order:a"), Since.Latest.Instance, new SubscribeRound());

    [Fact]
    public void Entries_are_bounded_in_bytes_and_control_frames_in_number()
    {
        var frame = StreamFrame.Encode(1, 1, "t", "e", DateTimeOffset.UnixEpoch, "{}"u8);
        var queue = new OutboundQueue(new SessionLimits { QueueBytes = frame.Body.Length * 3, ControlFrames = 2 });

        Enumerable.Range(0, 5).Select(_ => queue.TryAddEntry(Follower, frame)).ShouldBe([true, true, true, false, false]);
        Enumerable.Range(0, 3).Select(_ => queue.TryAddControl(OutboundKind.Control, [])).ShouldBe([true, true, false]);
        queue.Bytes.ShouldBe(frame.Body.Length * 3);
        Kinds(queue).ShouldBe([OutboundKind.Entry, OutboundKind.Entry, OutboundKind.Entry, OutboundKind.Control, OutboundKind.Control]);
        (queue.IsEmpty, queue.Bytes).ShouldBe((true, 0));
        queue.TryAddEntry(Follower, frame).ShouldBeTrue();
        queue.TryAddControl(OutboundKind.Control, []).ShouldBeTrue();
        queue.Clear();
        (queue.IsEmpty, queue.Bytes).ShouldBe((true, 0));
    }

    private static List<OutboundKind> Kinds(OutboundQueue queue)
    {
        var kinds = new List<OutboundKind>();
        while (queue.TryTake(out var item))
        {
            kinds.Add(item.Kind);
        }

        return kinds;
    }
}
