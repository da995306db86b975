using System.Net.Sockets;
using Milepost.Client.Streams;
using Milepost.Client.Tests.Fakes;
using Milepost.Testing;

namespace Milepost.Client.Tests.Streams;

/// <summary>Waits, acknowledgements and silence, on a clock that the test moves.</summary>
public sealed class FollowTimingTests
{
    private readonly FakeClock _clock = new();

    [Fact]
    public async Task Failures_are_followed_by_longer_and_longer_waits()
    {
        var busy = new Plan { Status = 503, Code = "busy", Retry = true };
        await using var server = await FakeMilepost.StartAsync(busy, busy, busy, busy);
        await using var client = Client(server);
        await using var reader = Read(client);
        double[] ceilings = [0.5, 1, 2, 4];
        foreach (var ceiling in ceilings)
        {
            var change = await reader.DisconnectedAsync();
            change.Reason.ShouldBe(ConnectionReason.ServerBusy);
            change.RetryIn!.Value.TotalSeconds.ShouldBeInRange(0, ceiling);
            await WaitsAsync(reader, change.RetryIn.Value);
        }

        await reader.UntilAsync<StreamMessage.Ready>();
    }

    [Fact]
    public async Task Retry_After_is_honoured()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Status = 503, Code = "draining", Retry = true, RetryAfterSeconds = 7 });
        await using var client = Client(server);
        await using var reader = Read(client);

        (await reader.DisconnectedAsync()).RetryIn!.Value.TotalSeconds.ShouldBeInRange(7, 7.5);
    }

    [Fact]
    public async Task Reconnect_frame_is_honoured()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { ReconnectAfterMs = 1500 });
        await using var client = Client(server);
        await using var reader = Read(client);

        var change = await reader.DisconnectedAsync();
        change.Reason.ShouldBe(ConnectionReason.ServerDraining);
        change.RetryIn!.Value.TotalSeconds.ShouldBeInRange(1.5, 2);
        await WaitsAsync(reader, change.RetryIn.Value);
        await reader.UntilAsync<StreamMessage.Ready>();
    }

    [Fact]
    public async Task Events_stream_that_falls_silent_is_made_anew()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Silent = true });
        await using var client = Client(server, StreamTransport.ServerSentEvents);
        await using var reader = Read(client);
        await reader.UntilAsync<StreamMessage.ConnectionChanged>(change => change.State == ConnectionState.Connected);

        var next = reader.DisconnectedAsync();
        _clock.Advance(TimeSpan.FromSeconds(44));
        next.IsCompleted.ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await next).Reason.ShouldBe(ConnectionReason.Silence);
    }

    [Fact]
    public async Task Acknowledgements_are_gathered_to_one_per_interval()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Append(3);
        await using var client = Client(server);
        await using var reader = Read(client, FollowRequest.Earliest);
        await reader.OffsetsAsync(3);

        // The third entry is not had before the loop asks for the next message.
        server.ClientFrames.Reader.TryRead(out _).ShouldBeFalse();
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldBe("""{"type":"ack","cursor":"c2"}""");
        await reader.UntilAsync<StreamMessage.Ready>();
        server.Append();
        await reader.OffsetsAsync(1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldBe("""{"type":"ack","cursor":"c3"}""");
    }

    [Fact]
    public async Task An_acknowledgement_that_cannot_be_sent_breaks_the_connection_and_the_follow_goes_on()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Append();
        var broken = false;
        using var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (context, cancellationToken) =>
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, cancellationToken);
                return new OneWayStream(socket, () => broken);
            },
        };
        await using var client = new MilepostClient(server.Options() with { TimeProvider = _clock, Handler = handler, AckInterval = TimeSpan.FromSeconds(1) });
        await using var reader = Read(client, FollowRequest.Earliest);
        await reader.UntilAsync<StreamMessage.Ready>();
        var next = reader.DisconnectedAsync();

        broken = true;
        _clock.Advance(TimeSpan.FromSeconds(1));
        var change = await next;
        change.Reason.ShouldBe(ConnectionReason.NetworkFailed);

        broken = false;
        var again = reader.UntilAsync<StreamMessage.Ready>();
        _clock.Advance(change.RetryIn!.Value);
        await again;
    }

    [Fact]
    public async Task Leaving_the_loop_sends_the_last_acknowledgement_and_closes_in_order()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Append(2);
        await using var client = Client(server);
        await using (var reader = Read(client, FollowRequest.Earliest))
        {
            await reader.UntilAsync<StreamMessage.Ready>();
        }

        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldBe("""{"type":"ack","cursor":"c2"}""");
        (await server.ClientCloses.Reader.ReadAsync().Soon()).ShouldBe(1000);
    }

    [Fact]
    public async Task Cancelling_sends_the_last_acknowledgement_too()
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Append();
        await using var client = Client(server);
        using var cancel = new CancellationTokenSource();
        await using var messages = client.Streams
            .FollowAsync(new FollowRequest { Streams = ["notifications"], Since = FollowRequest.Earliest }, cancel.Token).GetAsyncEnumerator();
        while (messages.Current is not StreamMessage.Ready)
        {
            await messages.MoveNextAsync().Soon();
        }

        var waiting = messages.MoveNextAsync();
        await cancel.CancelAsync();
        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldBe("""{"type":"ack","cursor":"c1"}""");
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting.Soon());
    }

    [Fact]
    public async Task An_expiring_token_is_renewed_on_the_open_connection()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Extra = ["""{"type":"token.expiring","expiresAt":"2026-11-21T18:01:00Z"}"""] });
        var minted = 0;
        await using var client = new MilepostClient(server.Options() with { Token = _ => ValueTask.FromResult($"t{++minted}") });
        await using var reader = Read(client);
        await reader.UntilAsync<StreamMessage.Ready>();
        var next = reader.NextAsync();

        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldBe("""{"type":"token","token":"t2"}""");
        server.Append();
        (await next).ShouldBeOfType<StreamMessage.Entry>();
    }

    private MilepostClient Client(FakeMilepost server, StreamTransport transport = StreamTransport.WebSocket) => new(server.Options(transport) with
    {
        TimeProvider = _clock,
        BackoffMin = TimeSpan.FromSeconds(0.5),
        BackoffMax = TimeSpan.FromSeconds(30),
    });

    private static FollowReader Read(MilepostClient client, string? since = null) =>
        new(client.Streams.FollowAsync(new FollowRequest { Streams = ["notifications"], Since = since }));

    /// <summary>The next attempt comes when the wait is over, and not before.</summary>
    private async Task WaitsAsync(FollowReader reader, TimeSpan wait)
    {
        var next = reader.NextAsync();
        if (wait > TimeSpan.FromMilliseconds(2))
        {
            _clock.Advance(wait - TimeSpan.FromMilliseconds(1));
            next.IsCompleted.ShouldBeFalse();
        }

        _clock.Advance(TimeSpan.FromMilliseconds(2));
        (await next).ShouldBeOfType<StreamMessage.ConnectionChanged>().State.ShouldBe(ConnectionState.Connecting);
    }

    /// <summary>A network that has begun to refuse what is sent, and has not told the reader yet.</summary>
    private sealed class OneWayStream(Socket socket, Func<bool> broken) : NetworkStream(socket, ownsSocket: true)
    {
        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) =>
            broken() ? ValueTask.FromException(new IOException("broken pipe")) : base.WriteAsync(buffer, cancellationToken);
    }
}
