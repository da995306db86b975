using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Fleet;
using Milepost.LogisticsSimulator.Streets;
using Milepost.LogisticsSimulator.Tests.Contract;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests;

/// <summary>A client of a tenant's stream.</summary>
internal sealed class Feed : IAsyncDisposable
{
    private static readonly SchemaCheck Check = new(Document.Live);

    private readonly ClientWebSocket _socket = new();
    private readonly Simulator _simulator;
    private readonly string _tenant;
    private long _reached;

    private Feed(Simulator simulator, string tenant) => (_simulator, _tenant) = (simulator, tenant);

    public WebSocketState State => _socket.State;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public static async Task<Feed> OpenAsync(Simulator simulator, string tenant = "demo", long? after = null)
    {
        var feed = new Feed(simulator, tenant);
        feed._socket.Options.AddSubProtocol("logistics.v1");
        feed._socket.Options.SetRequestHeader("Authorization", $"Bearer {Simulator.TokenOf(tenant)}");
        var query = after is { } sequence ? $"?after={sequence}" : "";
        await feed._socket.ConnectAsync(new UriBuilder(new Uri(simulator.BaseUrl, $"v1/{tenant}/locations{query}")) { Scheme = "ws" }.Uri, CancellationToken.None).Soon();
        return feed;
    }

    /// <summary>The next message, whatever it is; null at the close.</summary>
    public async Task<string?> TextAsync(CancellationToken cancellation)
    {
        using var text = new MemoryStream();
        var buffer = new byte[16 * 1024];
        while (true)
        {
            var part = await _socket.ReceiveAsync(buffer, cancellation);
            if (part.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            text.Write(buffer, 0, part.Count);
            if (part.EndOfMessage)
            {
                return Encoding.UTF8.GetString(text.ToArray());
            }
        }
    }

    /// <summary>The next message, which has to keep the contract.</summary>
    public async Task<JsonObject> NextAsync()
    {
        var text = await TextAsync(CancellationToken.None).Soon();
        var message = JsonNode.Parse(text.ShouldNotBeNull("the stream was closed"))!.AsObject();
        Broken(message).ShouldBeEmpty();
        _reached = Math.Max(_reached, message["type"]!.GetValue<string>() is "gap" or "hello" ? 0 : message["sequence"]!.GetValue<long>());
        return message;
    }

    /// <summary>All that was published since the last reading, in the order it came; each has to keep the contract.</summary>
    public async Task<IReadOnlyList<JsonObject>> CatchUpAsync()
    {
        var newest = _simulator.World.Read(_tenant, fleet => fleet.Stream.Sequence);
        List<JsonObject> messages = [];
        while (_reached < newest)
        {
            messages.Add(await NextAsync());
        }

        return messages;
    }

    /// <summary>The locations among all that was published since the last reading.</summary>
    public async Task<IReadOnlyList<Seen>> LocationsAsync() => [.. (await CatchUpAsync()).Where(Is("location")).Select(Seen.Of)];

    public static Func<JsonObject, bool> Is(string type) => message => message["type"]!.GetValue<string>() == type;

    public static IReadOnlyList<string> Broken(JsonObject message) => Check.Faults(Schema(message), message);

    public Task CloseAsync(CancellationToken cancellation) => _socket.CloseAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellation);

    /// <summary>Says that it closes; the answer is read like a message.</summary>
    public Task CloseOutputAsync(CancellationToken cancellation) => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, statusDescription: null, cancellation);

    public ValueTask DisposeAsync()
    {
        _socket.Abort();
        _socket.Dispose();
        return ValueTask.CompletedTask;
    }

    private static JsonNode Schema(JsonObject message) =>
        Document.Live.Resolve(Document.Live.At("channels", "locations", "messages", message["type"]!.GetValue<string>(), "payload"));
}

/// <summary>A location as a client sees it.</summary>
internal sealed record Seen(long Sequence, string Driver, DateTimeOffset Time, Place Place, double Accuracy, double? Heading, double Speed)
{
    public static Seen Of(JsonObject message) => new(
        message["sequence"]!.GetValue<long>(),
        message["driverId"]!.GetValue<string>(),
        message["time"]!.GetValue<DateTimeOffset>(),
        new Place(message["lat"]!.GetValue<double>(), message["lon"]!.GetValue<double>()),
        message["accuracy"]!.GetValue<double>(),
        message["heading"]?.GetValue<double>(),
        message["speed"]!.GetValue<double>());
}
