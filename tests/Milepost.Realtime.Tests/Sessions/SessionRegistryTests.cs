using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

public sealed class SessionRegistryTests
{
    private readonly TestNode _node = new();

    [Fact]
    public async Task Each_session_gets_a_heartbeat_every_20_seconds()
    {
        var clients = Enumerable.Range(0, 40).Select(_ => _node.Connect(SessionKind.OneWay)).ToList();
        Pass(60);

        foreach (var client in clients)
        {
            (await client.EverythingSoFarAsync()).Count(arrived => arrived.Type == "ping!").ShouldBe(3);
            await client.EndAsync();
        }
    }

    [Fact]
    public async Task A_duplex_peer_that_never_answers_is_cut_within_45_seconds()
    {
        for (var slot = 0; slot < SessionRegistry.HeartbeatSeconds; slot++)
        {
            var client = _node.Connect();
            var seconds = 0;
            while (!client.Aborted.IsCompleted && seconds < 100)
            {
                Pass(1);
                seconds++;
                if (client.Session.IsOpen)
                {
                    await client.EverythingSoFarAsync();
                }
            }

            seconds.ShouldBeInRange(20, 45);
            client.Session.IsOpen.ShouldBeFalse();
            _node.Registry.Remove(client.Session);
        }
    }

    [Fact]
    public async Task A_duplex_peer_that_answers_stays()
    {
        var client = _node.Connect();
        for (var second = 0; second < 300; second++)
        {
            Pass(1);
            await client.EverythingSoFarAsync();
            client.Session.Heard();
        }

        client.Aborted.IsCompleted.ShouldBeFalse();
        await client.EndAsync();
    }

    [Fact]
    public async Task A_machine_that_slept_cuts_nobody_who_had_answered()
    {
        var client = _node.Connect();
        Pass(20);
        await client.UntilAsync("ping!");
        client.Session.Heard();
        while (client.Session.WaitingSince != 0)
        {
            // The ping arrives a moment before its flush returns.
            await Task.Yield();
        }

        _node.Clock.Advance(TimeSpan.FromMinutes(10));
        Pass(19);
        await client.EverythingSoFarAsync();

        client.Aborted.IsCompleted.ShouldBeFalse();
        await client.EndAsync();
    }

    [Fact]
    public async Task A_receiver_that_stopped_reading_is_cut()
    {
        var client = _node.Connect(SessionKind.OneWay, paused: true);
        client.Follow(null, "order:a");
        while (client.Session.WaitingSince == 0)
        {
            _node.Publish("order:a", size: 2000);
            await Task.Yield();
        }

        Pass(39);
        client.Aborted.IsCompleted.ShouldBeFalse();
        Pass(22);
        await client.Aborted.Soon();
        _node.Hub.StreamCount.ShouldBe(0);
    }

    [Fact]
    public async Task The_end_of_the_credentials_is_announced_once_and_then_enforced()
    {
        var expiresAt = _node.Time.GetUtcNow() + TimeSpan.FromSeconds(100);
        var client = _node.Connect(SessionKind.OneWay, new Caller("acme", "anna", Scopes.None, expiresAt));
        Pass(39);
        (await client.EverythingSoFarAsync()).ShouldNotContain(arrived => arrived.Type == FrameTypes.TokenExpiring);
        Pass(60);
        (await client.EverythingSoFarAsync()).Where(arrived => arrived.Type == FrameTypes.TokenExpiring).Select(arrived => arrived.Frame.ExpiresAt).ShouldBe([expiresAt]);
        client.Session.IsOpen.ShouldBeTrue();
        Pass(1);
        (await client.CloseCodeAsync()).ShouldBe(4101);
    }

    [Fact]
    public async Task Renewed_credentials_are_announced_again()
    {
        var now = _node.Time.GetUtcNow();
        var client = _node.Connect(SessionKind.OneWay, new Caller("acme", "anna", Scopes.None, now + TimeSpan.FromSeconds(61)));
        Pass(1);
        await client.UntilAsync(FrameTypes.TokenExpiring);
        client.Session.Renew(new Caller("acme", "anna", Scopes.None, now + TimeSpan.FromSeconds(200)));
        (await client.UntilAsync(FrameTypes.TokenAccepted)).ExpiresAt.ShouldBe(now + TimeSpan.FromSeconds(200));
        Pass(139);
        await client.UntilAsync(FrameTypes.TokenExpiring);
        client.Session.IsOpen.ShouldBeTrue();
        await client.EndAsync();
    }

    [Fact]
    public async Task Draining_tells_everybody_when_to_come_back_and_closes()
    {
        var clients = Enumerable.Range(0, 50).Select(_ => _node.Follow(null, "order:a")).ToList();
        foreach (var client in clients)
        {
            await client.UntilAsync(FrameTypes.Ready);
        }

        _node.Registry.Drain(TimeSpan.FromSeconds(5), new Random(1));
        var delays = new List<int>();
        foreach (var client in clients)
        {
            var reconnect = await client.NextAsync(FrameTypes.Reconnect);
            reconnect.Cursor.ShouldBe(client.History[^2].Frame.Cursor);
            delays.Add(reconnect.AfterMs!.Value);
            (await client.NextAsync()).CloseCode.ShouldBe(4100);
        }

        delays.ShouldAllBe(delay => delay >= 0 && delay <= 5000);
        delays.Distinct().Count().ShouldBeGreaterThan(40);
    }

    [Fact]
    public async Task Who_comes_while_the_server_drains_is_sent_away_too()
    {
        _node.Registry.Drain(TimeSpan.FromSeconds(5), new Random(1));
        var late = _node.Connect();

        (await late.CloseCodeAsync()).ShouldBe(4100);
    }

    [Fact]
    public async Task A_closed_session_whose_peer_does_not_leave_is_cut_after_5_seconds()
    {
        var client = _node.Connect();
        client.Session.Close(CloseCode.Draining);
        await client.CloseCodeAsync();
        await client.Session.Ended.Soon();
        Pass(5);
        client.Aborted.IsCompleted.ShouldBeFalse();
        Pass(1);
        await client.Aborted.Soon();
    }

    [Fact]
    public async Task The_count_follows_the_sessions()
    {
        var clients = Enumerable.Range(0, 45).Select(_ => _node.Connect()).ToList();
        (_node.Registry.Count, _node.Registry.Opened).ShouldBe((45, 45));
        foreach (var client in clients)
        {
            await client.EndAsync();
        }

        (_node.Registry.Count, _node.Registry.Opened).ShouldBe((0, 45));
    }

    private void Pass(int seconds)
    {
        for (var second = 0; second < seconds; second++)
        {
            _node.Clock.Advance(TimeSpan.FromSeconds(1));
            _node.Registry.RunOnce();
        }
    }
}
