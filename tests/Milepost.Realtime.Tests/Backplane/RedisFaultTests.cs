using System.Globalization;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Streams;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>
/// Two nodes whose Redis fails in every way that it can: each time both notice, and behind it every followed stream is doubted (so that its head
/// is looked up) and heard again.
/// </summary>
public sealed class RedisFaultTests : IAsyncLifetime
{
    private static readonly StreamName[] Streams = [.. Enumerable.Range(0, 300).Select(index => StreamName.Order("acme", string.Create(CultureInfo.InvariantCulture, $"o{index}")))];

    private RedisServer _redis = null!;
    private TcpProxy _proxy = null!;
    private RedisNode _sender = null!;
    private RedisNode _node = null!;
    private Listener _sending = null!;
    private Listener _listener = null!;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisServer.StartAsync();
        _proxy = TcpProxy.Start(_redis.Port);
        _sender = new RedisNode(_redis.Connection);
        _node = new RedisNode(string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_proxy.Port}"));
        (_sending, _listener) = (new Listener(_sender.Backplane), new Listener(_node.Backplane));
    }

    public async ValueTask DisposeAsync()
    {
        _proxy.Heal();
        await _sender.DisposeAsync();
        await _node.DisposeAsync();
        await _proxy.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task Killed_and_back_with_nothing()
    {
        await FollowAllAsync();
        await _redis.KillAsync();
        await AwayAsync(_sender, _node);
        await _redis.RestartAsync();
        await RecoveredAsync();
    }

    [Fact]
    public async Task Paused()
    {
        await FollowAllAsync();
        await _redis.PauseAsync();
        await AwayAsync(_sender, _node);
        await _redis.ContinueAsync();
        await RecoveredAsync();
    }

    [Fact]
    public async Task The_subscribing_connections_are_cut()
    {
        await FollowAllAsync();
        await _redis.CommandAsync("client", "kill", "type", "pubsub");
        await RecoveredAsync();
    }

    [Theory]
    [InlineData(true, true)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public async Task Partitioned_from_one_node(bool toServer, bool toClient)
    {
        await FollowAllAsync();
        Hold(toServer, ProxyDirection.ToServer);
        Hold(toClient, ProxyDirection.ToClient);
        await AwayAsync(_node);
        _sender.Connection.IsHealthy.ShouldBeTrue();
        _proxy.Heal();
        await RecoveredAsync();

        void Hold(bool hold, ProxyDirection direction)
        {
            if (hold)
            {
                _proxy.Hold(direction);
            }
        }
    }

    [Fact]
    public async Task A_node_that_does_not_read_fast_enough_is_cut_off_and_comes_back()
    {
        await FollowAllAsync();
        await _redis.CommandAsync("config", "set", "client-output-buffer-limit", "pubsub 1mb 256kb 5");
        _proxy.Hold(ProxyDirection.ToClient);
        var body = new byte[16 * 1024];
        while (await SubscribersAsync(Streams[0]) > 0)
        {
            for (var index = 0; index < 200; index++)
            {
                _sending.Backplane.Publish(Streams[0], StreamFrame.Encoded(1, 0, body));
            }
        }

        _proxy.Heal();
        await RecoveredAsync();
    }

    [Fact]
    public async Task Away_when_the_node_starts()
    {
        await _redis.KillAsync();
        await Task.WhenAll(_sender.StartAsync(untilHealthy: false), _node.StartAsync(untilHealthy: false)).Soon();
        Array.ForEach(Streams, _listener.StartFollowing);
        (await _node.Connection.TryAsync(database => database.StringGetAsync("key"), TestContext.Current.CancellationToken)).IsAway.ShouldBeTrue();
        await AwayAsync(_sender, _node);
        await _redis.RestartAsync();
        await RecoveredAsync();
    }

    [Fact]
    public async Task A_connection_that_stays_stuck_is_made_anew()
    {
        await FollowAllAsync();
        // What the connections send from now on goes nowhere, though they stay open; new ones work. The library notices after minutes.
        var never = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        _proxy.BeforeForward = (direction, _) => direction == ProxyDirection.ToServer ? new ValueTask<bool>(never.Task) : ValueTask.FromResult(true);
        try
        {
            await AwayAsync(_node);
            _proxy.BeforeForward = (_, _) => ValueTask.FromResult(true);
            await RecoveredAsync();
        }
        finally
        {
            never.SetResult(true);
        }
    }

    [Fact]
    public async Task A_stream_left_is_unsubscribed_at_Redis()
    {
        await FollowAllAsync();
        _listener.Leave(Streams[0]);
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (await SubscribersAsync(Streams[0]) > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
        }

        (await SubscribersAsync(Streams[1])).ShouldBe(1);
    }

    private static Task AwayAsync(params RedisNode[] nodes) => Task.WhenAll(nodes.Select(node => RedisNode.AwayAsync(node.Connection)));

    private async Task FollowAllAsync()
    {
        await Task.WhenAll(_sender.StartAsync(), _node.StartAsync());
        Array.ForEach(Streams, _listener.StartFollowing);
        foreach (var stream in Streams)
        {
            await _listener.DoubtAsync(stream);
        }
    }

    /// <summary>Every stream is doubted, and when it is its channel is in force again.</summary>
    private async Task RecoveredAsync()
    {
        var open = Streams.ToHashSet();
        while (open.Count > 0)
        {
            open.Remove(await _listener.NextDoubtAsync());
        }

        // Doubts may stand in the queue from before, and a cut may not have been noticed yet: hints are sent until each stream was heard.
        await RedisNode.HealthyAsync(_sender.Connection);
        await RedisNode.HealthyAsync(_node.Connection);
        var deaf = Streams.ToHashSet();
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (deaf.Count > 0)
        {
            foreach (var stream in deaf)
            {
                _sending.Backplane.Publish(stream, StreamFrame.Encoded(99, 0, "{"u8.ToArray()));
            }

            await again.WaitForNextTickAsync().Soon();
            do
            {
                // What was under way before the fault may still come.
                var hint = await _listener.NextAsync();
                _ = hint.Offset == 99 && deaf.Remove(hint.Stream);
            }
            while (deaf.Count > 0 && _listener.HasHint);
        }
    }

    private async Task<int> SubscribersAsync(StreamName stream)
    {
        var answer = await _redis.CommandAsync("pubsub", "numsub", HintMessage.Channel(RedisNode.Epoch, stream));
        return int.Parse(answer.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }
}
