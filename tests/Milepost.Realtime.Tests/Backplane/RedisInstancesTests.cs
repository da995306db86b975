using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Streams;
using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>Several independent Redis servers.</summary>
public sealed class RedisInstancesTests
{
    private static readonly StreamName[] Streams = [.. Enumerable.Range(0, 60).Select(index => StreamName.Order("acme", string.Create(CultureInfo.InvariantCulture, $"o{index}")))];

    [Fact]
    public async Task One_instance_away_takes_only_its_share_along()
    {
        await using var first = await RedisServer.StartAsync();
        await using var second = await RedisServer.StartAsync();
        // In another order: the nodes must agree nevertheless.
        await using var sender = new RedisNode(first.Connection, second.Connection);
        await using var node = new RedisNode(second.Connection, first.Connection);
        var (sending, listener) = (new Listener(sender.Backplane), new Listener(node.Backplane));
        await Task.WhenAll(sender.StartAsync(), node.StartAsync());
        foreach (var stream in Streams)
        {
            await listener.FollowAsync(stream);
        }

        await HearAsync(Streams, offset: 1);
        await second.KillAsync();
        await Task.WhenAll(RedisNode.AwayAsync(sender.Connections.All[1]), RedisNode.AwayAsync(node.Connections.All[0]));
        var served = Streams.Where(node.Backplane.IsHealthy).ToArray();
        served.Length.ShouldBeInRange(15, 45);
        served.ShouldBe(Streams.Where(sender.Backplane.IsHealthy));
        await HearAsync(served, offset: 2);

        await second.RestartAsync();
        await Task.WhenAll(RedisNode.HealthyAsync(sender.Connections.All[1]), RedisNode.HealthyAsync(node.Connections.All[0]));
        await HearAsync(Streams, offset: 3);

        async Task HearAsync(StreamName[] streams, long offset)
        {
            foreach (var stream in streams)
            {
                sending.Backplane.Publish(stream, StreamFrame.Encoded(offset, 0, "{"u8.ToArray()));
                (await listener.NextAsync()).ShouldSatisfyAllConditions(hint => hint.Stream.ShouldBe(stream), hint => hint.Offset.ShouldBe(offset));
            }
        }
    }

    [Fact]
    public void A_further_instance_takes_its_share_and_moves_nothing_else()
    {
        using var three = Connections("a:1", "b:1", "c:1");
        using var four = Connections("d:1", "c:1", "a:1", "b:1");
        var keys = Enumerable.Range(0, 10_000).Select(index => $"acme:order:o{index}").ToArray();

        foreach (var share in keys.GroupBy(key => three.For(key).Name))
        {
            share.Count().ShouldBeInRange(3000, 3700);
        }

        var moved = keys.Where(key => four.For(key).Name != three.For(key).Name).ToArray();
        moved.Length.ShouldBeInRange(2200, 2800);
        moved.ShouldAllBe(key => four.For(key).Name == "d:1");
    }

    [Fact]
    public void Two_installations_tenants_or_streams_never_share_a_channel() =>
        new[]
        {
            HintMessage.Channel(1, StreamName.Order("a", "x")), HintMessage.Channel(2, StreamName.Order("a", "x")), HintMessage.Channel(1, StreamName.Order("b", "x")),
            HintMessage.Channel(1, StreamName.Customer("a", "x")), HintMessage.Channel(1, StreamName.Order("a", "order:x")),
        }.ShouldBeUnique();

    [Fact]
    public void A_message_that_is_not_a_hint_is_refused()
    {
        var good = HintMessage.Encode(3, StreamFrame.Encoded(5, 9, "{"u8.ToArray()));
        HintMessage.TryRead(good, out var hint).ShouldBeTrue();
        (hint.Node, hint.Offset, hint.Frame!.Check).ShouldBe((3UL, 5L, 9U));
        HintMessage.TryRead([], out _).ShouldBeFalse();
        HintMessage.TryRead(good.AsSpan(0, HintMessage.HeaderLength - 1), out _).ShouldBeFalse();
        HintMessage.TryRead([3, .. good.AsSpan(1)], out _).ShouldBeFalse();
        HintMessage.TryRead(HintMessage.Encode(3, StreamFrame.Encoded(0, 9, [])), out _).ShouldBeFalse();
    }

    [Fact]
    public void A_live_message_that_is_cut_or_too_long_is_refused()
    {
        var good = HintMessage.Encode(3, new LiveFrame(5, 9, "{staff"u8.ToArray(), null, "{"u8.ToArray()));
        HintMessage.TryRead(good, out var hint).ShouldBeTrue();
        (hint.Node, hint.Live!.AsOf, hint.Live.Moment).ShouldBe((3UL, 5L, 9L));
        hint.Live.BodyFor(Audience.Staff).ShouldBe("{staff"u8.ToArray());
        hint.Live.BodyFor(Audience.Customer).ShouldBeNull();
        hint.Live.BodyFor(Audience.Guest).ShouldBe("{"u8.ToArray());
        for (var length = 0; length < good.Length; length++)
        {
            HintMessage.TryRead(good.AsSpan(0, length), out _).ShouldBeFalse($"{length} bytes");
        }

        HintMessage.TryRead([.. good, 0], out _).ShouldBeFalse();
    }

    private static RedisConnections Connections(params string[] configurations) => new(configurations, TimeProvider.System, NullLogger<RedisConnection>.Instance);
}
