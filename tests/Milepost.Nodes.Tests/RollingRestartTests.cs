using System.Globalization;
using System.Net.WebSockets;
using Milepost.Client;
using Milepost.Processes;
using Milepost.Protocol.Streams;

namespace Milepost.Nodes.Tests;

/// <summary>A deployment: node after node is stopped and started again behind nginx while everything goes on.</summary>
public sealed class RollingRestartTests(ITestOutputHelper output)
{
    private const int Customers = 4;
    private const int Rounds = 2;

    [Fact]
    public async Task Restarting_node_after_node_fails_no_post_and_loses_nothing_on_any_transport()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(6));
        await using var nodes = await TwoNodes.StartAsync(limit.Token, "--Gateway:DrainSeconds=1");
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 1000 }) { Timeout = Timeout.InfiniteTimeSpan };
        var watchers = Enumerable.Range(0, Customers).SelectMany(customer => Enum.GetValues<RawTransport>().Select(transport =>
            new Returning(new RawClient(nodes.Address, ServerProcess.Token(Customer(customer)), http), transport, customer))).ToArray();
        using var following = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var watching = watchers.Select(watcher => watcher.RunAsync(following.Token)).ToArray();
        using var posting = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var shops = Enumerable.Range(0, Customers).Select(customer => PostAsync(nodes.Address, customer, posting.Token, limit.Token)).ToArray();

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var node in nodes.Nodes)
            {
                (await node.TerminateAsync(limit.Token)).ShouldBe(0, node.Log);
                await node.StartAsync(limit.Token);
            }
        }

        await posting.CancelAsync();
        // A post that was refused or cut would have ended its shop with an exception: it is thrown here.
        var acknowledged = await Task.WhenAll(shops);
        foreach (var watcher in watchers)
        {
            await watcher.ReachAsync(acknowledged[watcher.CustomerIndex].Count).WaitAsync(TimeSpan.FromSeconds(60), limit.Token);
        }

        await following.CancelAsync();
        await Task.WhenAll(watching);
        output.WriteLine($"{Rounds} rounds over 2 nodes: {acknowledged.Sum(events => events.Count)} events posted, {watchers.Sum(watcher => watcher.Ledger.Delivered)} deliveries, "
            + $"{watchers.Sum(watcher => watcher.Connections)} connections, {watchers.Sum(watcher => watcher.Refused)} attempts refused");
        watchers.SelectMany(watcher => watcher.Ledger.Breaches).ShouldBeEmpty();
        foreach (var customer in Enumerable.Range(0, Customers))
        {
            using var client = ServerProcess.ClientOf(nodes.Address, Customer(customer));
            foreach (var order in acknowledged[customer].GroupBy(id => id[..id.LastIndexOf('-')], StringComparer.Ordinal))
            {
                var tracking = await client.Orders.TrackingAsync(order.Key, limit.Token);
                tracking.Timeline.Select(entry => entry.EventId).ShouldBe(order, ignoreOrder: true);
            }
        }
    }

    private static string Customer(int index) => string.Create(CultureInfo.InvariantCulture, $"c-{index}");

    /// <summary>Posts one order's life after another, each event once and never again.</summary>
    private static async Task<List<string>> PostAsync(Uri address, int customer, CancellationToken until, CancellationToken cancellationToken)
    {
        using var shop = ServerProcess.ClientOf(address, "shop", "events:write");
        var acknowledged = new List<string>();
        for (var order = 0; !until.IsCancellationRequested; order++)
        {
            var id = string.Create(CultureInfo.InvariantCulture, $"o-{customer}-{order}");
            foreach (var step in Enumerable.Range(0, 1 + Shop.Life.Count))
            {
                var posted = step == 0 ? Shop.Placed(id, Customer(customer)) : Shop.Moved(id, step);
                var reply = await shop.Events.PublishAsync(posted, cancellationToken);
                (reply.Accepted + reply.Duplicates).ShouldBe(1);
                acknowledged.Add(posted.Id);
            }
        }

        return acknowledged;
    }

    /// <summary>A device that comes back with its cursor whenever its connection ends.</summary>
    private sealed class Returning(RawClient client, RawTransport transport, int customer)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private string _cursor = "earliest";
        private long _goal = long.MaxValue;

        public int CustomerIndex => customer;

        public Ledger Ledger { get; } = new($"{Customer(customer)} over {transport}");

        public int Connections { get; private set; }

        public int Refused { get; private set; }

        public Task ReachAsync(long offset)
        {
            Volatile.Write(ref _goal, offset);
            Check();
            return _reached.Task;
        }

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                try
                {
                    Connections++;
                    await foreach (var frame in client.ReadAsync(transport, StreamLabels.Notifications, _cursor, cancellationToken))
                    {
                        See(frame);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    return;
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException or WebSocketException)
                {
                    // Both nodes were on their way at this moment; a client waits a little and comes again.
                    Refused++;
                    await Task.Delay(TimeSpan.FromMilliseconds(50), CancellationToken.None);
                }
            }
        }

        private void See(ServerFrame frame)
        {
            // On SSE the end itself is such a frame; it says to come back.
            if (frame.Type == FrameTypes.Reset || frame is { Type: FrameTypes.Error, Retry: not true })
            {
                Ledger.Breach($"{frame.Type} {frame.Code}");
            }

            if (frame.Offset is { } offset)
            {
                Ledger.Saw(frame.Stream!, offset, transport.ToString());
            }

            _cursor = frame.Cursor ?? _cursor;
            Check();
        }

        private void Check()
        {
            if (Ledger.Last.GetValueOrDefault(StreamLabels.Notifications) >= Volatile.Read(ref _goal))
            {
                _reached.TrySetResult();
            }
        }
    }
}
