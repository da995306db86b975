using System.Buffers.Binary;
using System.Net;
using System.Text;
using Milepost.Realtime.Sessions;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

public sealed class HandshakeTests : IAsyncLifetime
{
    private TestServer _server = null!;

    private static string Anna => TestServer.Token("anna");

    public async ValueTask InitializeAsync() => _server = await TestServer.StartAsync();

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task The_handshake_is_answered_as_rfc_6455_says()
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", Anna));
        var head = await raw.HeadAsync();
        head.ShouldStartWith("HTTP/1.1 101 ");
        head.ShouldContain("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n");
        head.ShouldContain("Upgrade: websocket\r\n");
        head.ShouldNotContain("Sec-WebSocket-Protocol");
    }

    [Theory]
    [InlineData("Sec-WebSocket-Version", "12")]
    [InlineData("Sec-WebSocket-Version", null)]
    [InlineData("Sec-WebSocket-Key", null)]
    [InlineData("Sec-WebSocket-Key", "short")]
    [InlineData("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZSB0b28=")]
    [InlineData("Connection", "keep-alive")]
    [InlineData("Upgrade", "h2c")]
    [InlineData("Upgrade", null)]
    public async Task A_wrong_handshake_is_426(string header, string? value)
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", Anna, "GET", (header, value)));
        (await raw.HeadAsync()).ShouldStartWith("HTTP/1.1 426 ");
    }

    [Fact]
    public async Task A_plain_get_is_426_with_a_code()
    {
        using var http = _server.Http(Anna);
        var answer = await http.GetAsync("/ws/notifications", TestContext.Current.CancellationToken).Soon();
        answer.StatusCode.ShouldBe(HttpStatusCode.UpgradeRequired);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain("\"websocket_required\"");
    }

    [Theory]
    [InlineData("POST", "/ws/notifications", 405)]
    [InlineData("GET", "/ws/orders/of-nobody/tracking", 404)]
    [InlineData("GET", "/ws/notifications?since=rubbish", 400)]
    [InlineData("GET", "/ws/notifications?token=x", 401)]
    public async Task Errors_before_the_handshake_are_http(string method, string path, int status)
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake(path, Anna, method, ("Content-Length", method == "POST" ? "0" : null)));
        (await raw.HeadAsync()).ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Fact]
    public async Task Without_credentials_it_is_401()
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", null));
        (await raw.HeadAsync()).ShouldStartWith("HTTP/1.1 401 ");
    }

    [Theory]
    [InlineData("https://evil.example", 403)]
    [InlineData("https://shop.example.evil", 403)]
    [InlineData("http://shop.example", 403)]
    [InlineData("null", 403)]
    [InlineData("https://shop.example", 101)]
    public async Task Only_pages_of_known_origins_connect(string origin, int status)
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", Anna, "GET", ("Origin", origin)));
        (await raw.HeadAsync()).ShouldStartWith($"HTTP/1.1 {status} ");
    }

    [Fact]
    public async Task A_browser_sends_its_token_as_a_subprotocol_and_gets_ours_back()
    {
        using var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", null, "GET", ("Sec-WebSocket-Protocol", $"milepost.v1, milepost.bearer.{Anna}")));
        var head = await raw.HeadAsync();
        head.ShouldStartWith("HTTP/1.1 101 ");
        head.ShouldContain("Sec-WebSocket-Protocol: milepost.v1\r\n");
    }

    [Fact]
    public async Task What_is_sent_together_with_the_handshake_is_not_lost()
    {
        for (var attempt = 0; attempt < 20; attempt++)
        {
            using var raw = await RawSocket.OpenAsync(_server);
            await raw.SendAsync(RawSocket.Handshake("/ws", Anna), Text("{\"type\":\"ping\"}"), Frame(0x89, [1, 2]));
            (await raw.HeadAsync()).ShouldStartWith("HTTP/1.1 101 ");
            Encoding.UTF8.GetString((await raw.FrameAsync()).Payload).ShouldBe("{\"type\":\"pong\"}");
            (await raw.FrameAsync()).Payload.ShouldBe([1, 2]);
        }
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(1001)]
    [InlineData(4999)]
    public async Task A_close_is_echoed_and_the_connection_ends(int code)
    {
        using var raw = await OpenWebSocketAsync();
        await raw.SendAsync(Frame(0x88, [(byte)(code >> 8), (byte)code]));
        (await raw.CloseCodeAsync()).ShouldBe(code);
        (await raw.IsEndedAsync()).ShouldBeTrue();
        await EmptyAsync();
    }

    [Theory]
    [InlineData("8100", 1002)]
    [InlineData("c180 00000000", 1002)]
    [InlineData("8380 00000000", 1002)]
    [InlineData("8080 00000000", 1002)]
    [InlineData("0980 00000000", 1002)]
    [InlineData("8881 00000000 03", 1002)]
    [InlineData("8280 00000000", 1003)]
    [InlineData("8181 00000000 ff", 1007)]
    [InlineData("81ff 0000000000010001 00000000", 1009)]
    public async Task A_violation_is_closed_with_its_code(string hex, int code)
    {
        using var raw = await OpenWebSocketAsync();
        await raw.SendAsync(Convert.FromHexString(hex.Replace(" ", "", StringComparison.Ordinal)));
        (await raw.CloseCodeAsync()).ShouldBe(code);
        (await raw.IsEndedAsync()).ShouldBeTrue();
    }

    [Fact]
    public async Task The_code_arrives_also_when_much_more_was_on_its_way()
    {
        for (var attempt = 0; attempt < 5; attempt++)
        {
            using var raw = await OpenWebSocketAsync();
            await raw.SendAsync(Frame(0x81, new byte[70_000]), new byte[200_000]);
            (await raw.CloseCodeAsync()).ShouldBe(1009);
        }
    }

    [Fact]
    public async Task A_flood_of_pings_is_closed_with_4103()
    {
        using var raw = await OpenWebSocketAsync();
        await raw.SendAsync([.. Enumerable.Repeat(Frame(0x89, []), 400)]);
        (await raw.CloseCodeAsync()).ShouldBe(4103);
    }

    [Fact]
    public async Task A_peer_that_leaves_without_a_word_leaves_nothing_behind()
    {
        using (await OpenWebSocketAsync())
        {
            _server.Get<SessionRegistry>().Count.ShouldBe(1);
        }

        await EmptyAsync();
    }

    [Fact]
    public async Task Plain_http_goes_on_beside_fifty_websockets()
    {
        using var http = _server.Http(Anna);
        (await http.GetAsync("/api/v1/acme/notifications", TestContext.Current.CancellationToken).Soon()).StatusCode.ShouldBe(HttpStatusCode.OK);
        var sockets = new List<RawSocket>();
        for (var index = 0; index < 50; index++)
        {
            sockets.Add(await OpenWebSocketAsync());
        }

        _server.Get<SessionRegistry>().Count.ShouldBe(50);
        for (var index = 0; index < 20; index++)
        {
            (await http.GetAsync("/api/v1/acme/notifications", TestContext.Current.CancellationToken).Soon()).StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        sockets.ForEach(socket => socket.Dispose());
        await EmptyAsync();
    }

    private static byte[] Text(string text) => Frame(0x81, Encoding.UTF8.GetBytes(text));

    private static byte[] Frame(byte first, byte[] payload)
    {
        byte[] length = payload.Length < 126 ? [(byte)(0x80 | payload.Length)] : [0xff, 0, 0, 0, 0, .. BigEndian(payload.Length)];
        return [first, .. length, 0, 0, 0, 0, .. payload];
    }

    private static byte[] BigEndian(int value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private async Task<RawSocket> OpenWebSocketAsync()
    {
        var raw = await RawSocket.OpenAsync(_server);
        await raw.SendAsync(RawSocket.Handshake("/ws/notifications", Anna));
        (await raw.HeadAsync()).ShouldStartWith("HTTP/1.1 101 ");
        (await raw.FrameAsync()).Opcode.ShouldBe(1);
        return raw;
    }

    /// <summary>Waits until no session is left.</summary>
    private async Task EmptyAsync()
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (_server.Get<SessionRegistry>().Count > 0)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
