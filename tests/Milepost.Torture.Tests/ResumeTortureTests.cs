using System.Globalization;
using System.Net.WebSockets;
using Milepost.Client;
using Milepost.Processes;
using Milepost.Protocol.Streams;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Torture.Tests;

public sealed class ResumeTortureTests(ITestOutputHelper output)
{
    private const int Customers = 40;
    private const int DevicesEach = 5;
    private const int OrdersEach = 30;
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Devices that connect, read a while, are cut off or leave, sleep, and come back over another transport with the cursor of the last frame
    /// they saw, while orders go on. Each must see every entry of its 31 streams exactly once and in order.
    /// </summary>
    [Fact]
    public async Task Devices_that_come_and_go_over_any_transport_miss_nothing_and_see_nothing_twice()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable("MILEPOST_TORTURE_SEED") ?? "20261122", CultureInfo.InvariantCulture);
        // A small queue makes the overflow to the log the rule rather than the exception.
        await using var server = await TestServer.StartAsync(settings => settings.Gateway.OutboundQueueBytes = 4096);
        using var shop = server.Client("shop", "events:write");
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { Timeout = Timeout.InfiniteTimeSpan };
        using var limit = new CancellationTokenSource(Limit);
        await PlaceAsync(shop, limit.Token);

        var heads = Enumerable.Range(0, Customers).Select(Heads).ToArray();
        var devices = Enumerable.Range(0, Customers * DevicesEach).Select(index => new Device(
            new RawClient(server.Address, TestServer.Token(CustomerId(index % Customers)), http),
            new Ledger($"device {index}"), heads[index % Customers], new Random(seed + index))).ToArray();
        var running = devices.Select(device => device.RunAsync(limit.Token)).ToArray();
        await MoveAsync(shop, new Random(seed), limit.Token);
        await Task.WhenAll(running);

        var ledgers = devices.Select(device => device.Ledger).ToArray();
        var delivered = ledgers.Sum(ledger => ledger.Delivered);
        var lost = devices.Sum(device => device.Ledger.Missing(device.Heads));
        output.WriteLine($"seed {seed}: {devices.Length} devices, {devices.Sum(device => device.Connections)} connections, {delivered} deliveries, "
            + $"{lost} lost, {ledgers.Sum(ledger => ledger.Doubled)} doubled, {ledgers.Sum(ledger => ledger.OutOfOrder)} out of order");
        ledgers.SelectMany(ledger => ledger.Breaches).ShouldBeEmpty();
        lost.ShouldBe(0);
        delivered.ShouldBeGreaterThanOrEqualTo(100_000);
    }

    private static string CustomerId(int customer) => string.Create(CultureInfo.InvariantCulture, $"c-{customer}");

    private static string OrderId(int customer, int order) => string.Create(CultureInfo.InvariantCulture, $"o-{customer}-{order}");

    /// <summary>Where a customer's streams end when everything has happened.</summary>
    private static Dictionary<string, long> Heads(int customer)
    {
        var events = 1 + Shop.Life.Count;
        var heads = Enumerable.Range(0, OrdersEach).ToDictionary(order => StreamLabels.Order(OrderId(customer, order)), _ => (long)events, StringComparer.Ordinal);
        heads.Add(StreamLabels.Notifications, OrdersEach * events);
        return heads;
    }

    private static async Task PlaceAsync(MilepostClient shop, CancellationToken cancellationToken)
    {
        for (var customer = 0; customer < Customers; customer++)
        {
            var owner = customer;
            var placed = Enumerable.Range(0, OrdersEach).Select(order => Shop.Placed(OrderId(owner, order), CustomerId(owner))).ToList();
            (await shop.Events.PublishAsync(placed, cancellationToken)).Accepted.ShouldBe(OrdersEach);
        }
    }

    /// <summary>Moves all orders through their lives: a random order's next step each time, in batches of random size.</summary>
    private static async Task MoveAsync(MilepostClient shop, Random random, CancellationToken cancellationToken)
    {
        var steps = new int[Customers * OrdersEach];
        var open = Enumerable.Range(0, steps.Length).ToList();
        while (open.Count > 0)
        {
            var batch = new List<Protocol.Events.CloudEvent>();
            for (var count = random.Next(1, 40); count > 0 && open.Count > 0; count--)
            {
                var at = random.Next(open.Count);
                var order = open[at];
                batch.Add(Shop.Moved(OrderId(order / OrdersEach, order % OrdersEach), ++steps[order]));
                if (steps[order] == Shop.Life.Count)
                {
                    open.RemoveAt(at);
                }
            }

            (await shop.Events.PublishAsync(batch, cancellationToken)).Accepted.ShouldBe(batch.Count);
        }
    }

    private sealed class Device(RawClient client, Ledger ledger, IReadOnlyDictionary<string, long> heads, Random random)
    {
        private readonly string _streams = string.Join(',', heads.Keys);
        private string _cursor = "earliest";

        public Ledger Ledger => ledger;

        public IReadOnlyDictionary<string, long> Heads => heads;

        public int Connections { get; private set; }

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            while (!ledger.Has(heads) && ledger.Breaches.IsEmpty)
            {
                Connections++;
                var transport = (RawTransport)random.Next(3);
                try
                {
                    await ConnectOnceAsync(transport, random.Next(1, 120), cancellationToken);
                }
                catch (Exception failure) when (failure is WebSocketException or HttpRequestException or IOException && !cancellationToken.IsCancellationRequested)
                {
                    ledger.Breach($"{transport} failed: {failure.Message}");
                }

                if (random.Next(4) == 0)
                {
                    // The phone sleeps: this is what happens in the story, nothing waits for it.
                    await Task.Delay(random.Next(1, 250), cancellationToken);
                }
            }
        }

        private async Task ConnectOnceAsync(RawTransport transport, int frames, CancellationToken cancellationToken)
        {
            await foreach (var frame in client.ReadAsync(transport, _streams, _cursor, cancellationToken))
            {
                if (frame.Type is FrameTypes.Reset or FrameTypes.Error)
                {
                    ledger.Breach($"{frame.Type} {frame.Code} over {transport}");
                    return;
                }

                if (frame.Offset is { } offset)
                {
                    ledger.Saw(frame.Stream!, offset, transport.ToString());
                }

                _cursor = frame.Cursor ?? _cursor;
                if (--frames == 0 || ledger.Has(heads))
                {
                    return;
                }

                if (random.Next(60) == 0)
                {
                    // Reads slowly for a moment, so that the server's queue for it overflows.
                    await Task.Delay(random.Next(1, 60), cancellationToken);
                }
            }
        }
    }
}
