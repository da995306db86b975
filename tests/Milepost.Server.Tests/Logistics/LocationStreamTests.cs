using System.Globalization;
using System.Net.WebSockets;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Milepost.Server.Logistics.Stream;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>The stream against a real WebSocket server that says what a test tells it, by the test's clock.</summary>
public sealed class LocationStreamTests : IAsyncLifetime
{
    private readonly FakeClock _clock = new(TimeProvider.System.GetUtcNow());
    private readonly Channel<Connection> _connections = Channel.CreateUnbounded<Connection>();
    private ScriptedService _service = null!;

    public async ValueTask InitializeAsync() => _service = await ScriptedService.StartAsync(AcceptAsync);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task What_comes_is_handed_on_in_order_with_all_that_is_known()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00.250Z","lat":52.52,"lon":-13.4,"accuracy":8,"heading":271.5,"speed":6.9}""");
        await connection.SayAsync(Location(9));
        var fix = await it.NextFixAsync();
        (fix.DriverId, fix.Time, fix.At.Lat, fix.At.Lon, fix.Sequence).ShouldBe(("d-1", new DateTimeOffset(2026, 11, 21, 18, 0, 0, 250, TimeSpan.Zero), 52.52, -13.4, 8L));
        (fix.AccuracyMeters, fix.HeadingDegrees, fix.SpeedMetersPerSecond, fix.Source, fix.ReceivedAt).ShouldBe((8.0, 271.5, 6.9, "logistics", _clock.GetUtcNow()));
        (await it.NextFixAsync()).Sequence.ShouldBe(9);
        var asked = _service.Asked.Single();
        (asked.Path, asked.Headers["Authorization"], asked.Headers["Sec-WebSocket-Protocol"]).ShouldBe(("/v1/acme/locations", $"Bearer {ClientUnderTest.Token}", "logistics.v1"));
        (it.Board.Held, it.Board.Away).ShouldBe((1, 0));
    }

    [Fact]
    public async Task What_the_holder_before_has_handed_on_does_not_come_again()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock, left: "41");
        await (await NextAsync()).SayAsync("""{"type":"hello","sequence":41,"oldest":3}""");
        _service.Asked.Single().Path.ShouldBe("/v1/acme/locations?after=41");
    }

    [Fact]
    public async Task A_connection_that_breaks_is_replaced_after_a_while_and_goes_on_behind_the_last_one()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var first = await NextAsync();
        await first.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await first.SayAsync(Location(8));
        await it.NextFixAsync();
        first.Abort();
        await PauseAsync(it);
        _clock.Advance(StreamBackoff.Shortest - TimeSpan.FromTicks(1));
        _service.Asked.Count.ShouldBe(1);
        it.Board.Away.ShouldBe(1);
        _clock.Advance(TimeSpan.FromTicks(1));
        var second = await NextAsync();
        _service.Asked.Last().Path.ShouldBe("/v1/acme/locations?after=8");
        await second.SayAsync("""{"type":"hello","sequence":9,"oldest":0}""");
        await second.SayAsync(Location(9));
        (await it.NextFixAsync()).Sequence.ShouldBe(9);
        it.Board.Away.ShouldBe(0);
    }

    [Theory]
    [InlineData("{\"type\":\"location\",\"sequence\":8,\"driverId\":\"d-1\",\"ti")]
    [InlineData("[]")]
    [InlineData("\"x\"")]
    [InlineData("")]
    [InlineData("""{"sequence":8}""")]
    [InlineData("""{"type":7}""")]
    [InlineData("""{"type":"location","sequence":"8","driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":0,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8.5,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d 1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":1763748000,"lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":"1","lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":91,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":-180.1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1}""")]
    [InlineData("""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1,"speed":"fast"}""")]
    [InlineData("""{"type":"location","tenant":"globex","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"location","sequence":9000000000000000000,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""")]
    [InlineData("""{"type":"weather","sequence":8}""")]
    public async Task A_message_that_cannot_be_used_is_passed_over_and_the_next_one_counts(string bad)
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync(bad);
        await connection.SayAsync(Location(8));
        (await it.NextFixAsync()).At.Lat.ShouldBe(52.5);
        it.Progress.Last.ShouldBe(8);
        _service.Asked.Count.ShouldBe(1);
    }

    [Theory]
    [InlineData(-1.0, null)]
    [InlineData(360.0, null)]
    [InlineData(0.0, 0.0)]
    [InlineData(359.9, 359.9)]
    public async Task A_heading_that_means_not_known_costs_nothing_else(double said, double? heading)
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync(string.Create(CultureInfo.InvariantCulture, $$"""{"type":"location","sequence":8,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1,"heading":{{said}},"speed":-1,"accuracy":0}"""));
        var fix = await it.NextFixAsync();
        (fix.HeadingDegrees, fix.SpeedMetersPerSecond, fix.AccuracyMeters).ShouldBe((heading, null, null));
    }

    [Fact]
    public async Task A_message_that_is_too_large_or_not_text_is_passed_over()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync($$"""{"type":"location","padding":"{{new string('x', 1 << 20)}}"}""");
        await connection.Socket.SendAsync(Encoding.UTF8.GetBytes(Location(8)).AsMemory(), WebSocketMessageType.Binary, endOfMessage: true, CancellationToken.None);
        await connection.SayAsync(Location(8).PadRight(StreamSocket.MaxMessage));
        (await it.NextFixAsync()).Sequence.ShouldBe(8);
        await connection.SayAsync(Location(9).PadRight(StreamSocket.MaxMessage + 1));
        await connection.SayAsync(Location(10));
        (await it.NextFixAsync()).Sequence.ShouldBe(10);
        _service.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task A_message_without_end_is_no_sign_of_life_and_is_not_read_for_ever()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        var drip = DripAsync(connection);
        await PauseAsync(it);
        _clock.Advance(StreamBackoff.Shortest);
        await NextAsync();
        await drip;

        async Task DripAsync(Connection endless)
        {
            try
            {
                while (true)
                {
                    await endless.Socket.SendAsync(new byte[64 * 1024].AsMemory(), WebSocketMessageType.Text, endOfMessage: false, CancellationToken.None);
                }
            }
            catch (Exception failure) when (failure is WebSocketException or IOException or OperationCanceledException or InvalidOperationException)
            {
                // The client has hung up.
            }
        }
    }

    [Fact]
    public async Task A_connection_on_which_nothing_comes_is_given_up_within_forty_seconds()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync("""{"type":"heartbeat","sequence":7}""");
        await connection.SayAsync(Location(8));
        await it.NextFixAsync();
        var since = _clock.GetUtcNow();
        _clock.Advance(TimeSpan.FromSeconds(24.9));
        it.Board.Away.ShouldBe(0);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await PauseAsync(it);
        _clock.Advance(StreamBackoff.Delay(1, 0.999));
        await NextAsync();
        (_clock.GetUtcNow() - since).ShouldBeLessThan(TimeSpan.FromSeconds(40));
        _service.Asked.Last().Path.ShouldBe("/v1/acme/locations?after=8");
    }

    [Fact]
    public async Task A_service_that_never_says_hello_is_given_up()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        await NextAsync();
        _clock.Advance(LocationStream.HelloLimit);
        await PauseAsync(it);
        _clock.Advance(StreamBackoff.Shortest);
        await NextAsync();
    }

    [Theory]
    [InlineData("""{"type":"gap","from":8,"to":20}""", 20)]
    [InlineData("""{"type":"location","sequence":10,"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":1,"lon":1}""", 10)]
    [InlineData("""{"type":"heartbeat","sequence":9}""", 9)]
    [InlineData("""{"type":"hello","sequence":3,"oldest":0}""", 3)]
    public async Task What_was_missed_is_told_so_that_everything_is_read_again(string message, long last)
    {
        await using var it = new StreamUnderTest(_service.Url, _clock, left: "7");
        var connection = await NextAsync();
        await connection.SayAsync(message);
        (await it.NextSignalAsync()).ShouldBe("acme missed");
        it.Progress.Last.ShouldBe(last);
    }

    [Fact]
    public async Task News_of_orders_are_told_and_a_late_number_is_no_gap()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock, left: "7");
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync("""{"type":"route","sequence":8,"orderId":"o-1"}""");
        await connection.SayAsync("""{"type":"eta","sequence":9,"orderId":"o-1"}""");
        await connection.SayAsync("""{"type":"eta","sequence":9,"orderId":"o-1"}""");
        await connection.SayAsync(Location(8));
        await connection.SayAsync("""{"type":"eta","sequence":10,"orderId":"o-2"}""");
        (await it.NextSignalAsync()).ShouldBe("acme o-1 Route");
        (await it.NextSignalAsync()).ShouldBe("acme o-1 Eta");
        (await it.NextSignalAsync()).ShouldBe("acme o-1 Eta");
        (await it.NextSignalAsync()).ShouldBe("acme o-2 Eta");
    }

    [Theory]
    [InlineData(429)]
    [InlineData(503)]
    public async Task A_service_that_asks_to_wait_is_waited_for(int status)
    {
        _service.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "70";
            return Task.CompletedTask;
        };
        await using var it = new StreamUnderTest(_service.Url, _clock);
        await PauseAsync(it);
        _service.Answer = AcceptAsync;
        _clock.Advance(TimeSpan.FromSeconds(69.9));
        _service.Asked.Count.ShouldBe(1);
        _clock.Advance(TimeSpan.FromSeconds(0.2));
        await NextAsync();
    }

    [Fact]
    public async Task A_service_that_speaks_another_protocol_is_not_listened_to()
    {
        _service.Answer = async context =>
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            await ScriptedService.SendAsync(socket, Location(1));
        };
        await using var it = new StreamUnderTest(_service.Url, _clock);
        await PauseAsync(it);
        it.All.ShouldBeEmpty();
    }

    [Fact]
    public async Task Whoever_has_lost_the_lease_hands_nothing_on()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":7,"oldest":0}""");
        await connection.SayAsync(Location(8));
        await it.NextFixAsync();
        it.IsHeld = false;
        await connection.SayAsync(Location(9));
        await connection.SayAsync("""{"type":"eta","sequence":10,"orderId":"o-1"}""");
        await connection.SayAsync("[]");
        await it.Logs.UntilAsync("passed over");
        connection.Abort();
        await PauseAsync(it);
        it.All.Count.ShouldBe(1);
        it.Progress.Last.ShouldBe(8);
    }

    [Fact]
    public async Task What_has_piled_up_is_handed_on_at_once()
    {
        await using var it = new StreamUnderTest(_service.Url, _clock);
        var connection = await NextAsync();
        await connection.SayAsync("""{"type":"hello","sequence":0,"oldest":0}""");
        for (var sequence = 1; sequence <= 500; sequence++)
        {
            await connection.SayAsync(Location(sequence));
        }

        (await it.NextAsync(500)).Select(fix => fix.Sequence!.Value).ShouldBe(Enumerable.Range(1, 500).Select(number => (long)number));
        it.Batches.Sum().ShouldBe(500);
    }

    [Theory]
    [InlineData(1, 0.0, 0.5)]
    [InlineData(1, 1.0, 1.0)]
    [InlineData(2, 1.0, 2.0)]
    [InlineData(6, 0.0, 0.5)]
    [InlineData(6, 1.0, 30.0)]
    [InlineData(1000, 1.0, 30.0)]
    public void The_wait_lies_between_half_a_second_and_a_span_that_grows_to_thirty(int failures, double chance, double seconds) =>
        StreamBackoff.Delay(failures, chance).ShouldBe(TimeSpan.FromSeconds(seconds));

    private static string Location(long sequence) => $$"""{"type":"location","sequence":{{sequence}},"driverId":"d-1","time":"2026-11-21T18:00:00Z","lat":52.5,"lon":13.4}""";

    private Task<Connection> NextAsync() => _connections.Reader.ReadAsync().Soon();

    /// <summary>Waits until the stream waits before it connects again: its connection has ended, and the clock has that timer alone.</summary>
    private async Task PauseAsync(StreamUnderTest it)
    {
        await it.Logs.UntilAsync(" ended (");
        var since = TimeProvider.System.GetTimestamp();
        while (_clock.Waiting != 1)
        {
            TimeProvider.System.GetElapsedTime(since).ShouldBeLessThan(Deadline.Default);
            await Task.Yield();
        }
    }

    private async Task AcceptAsync(HttpContext context)
    {
        using var socket = await context.WebSockets.AcceptWebSocketAsync("logistics.v1");
        var connection = new Connection(context, socket);
        await _connections.Writer.WriteAsync(connection);
        try
        {
            // Ends when the client does, or the test.
            await socket.ReceiveAsync(new byte[16].AsMemory(), _service.Ends);
        }
        catch (Exception failure) when (failure is WebSocketException or OperationCanceledException or IOException)
        {
            // So it did.
        }
    }

    private sealed record Connection(HttpContext Context, WebSocket Socket)
    {
        public Task SayAsync(string text) => ScriptedService.SendAsync(Socket, text);

        public void Abort() => Context.Abort();
    }
}
