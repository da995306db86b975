using System.Diagnostics;
using System.Globalization;
using Milepost.Client;
using Milepost.Client.Streams;
using Milepost.Processes;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;

namespace Milepost.Torture.Tests;

public sealed class KillTests(ITestOutputHelper output)
{
    private const int Producers = 4;
    private const int Followers = 8;

    /// <summary>
    /// The real process, killed with SIGKILL at random moments while several clients post and others follow. What was not acknowledged is
    /// sent again. At the end: every acknowledged event stands exactly once in its timeline, offsets are dense, and each follower has seen
    /// each offset exactly once and in order; each mail went out once, or it is recorded that it is not known.
    /// </summary>
    [Fact]
    public async Task Nothing_acknowledged_is_lost_when_the_server_is_killed()
    {
        var rounds = Setting("MILEPOST_KILL_ROUNDS", 50);
        var seed = Setting("MILEPOST_KILL_SEED", 20261122);
        await using var server = new ServerProcess(new ServerStart { Arguments = DeliveryCheck.NoLimits });
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120 + (10 * rounds)));
        await server.StartAsync(limit.Token);

        using var killing = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var producers = Enumerable.Range(0, Producers).Select(index => new Producer(server.Client("shop", "events:write"), index, new Random(seed + index))).ToArray();
        var producing = producers.Select(producer => producer.RunAsync(killing.Token, limit.Token)).ToArray();
        var followers = Enumerable.Range(0, Followers).Select(index => new Follower(server.Client(Producer.CustomerId(index % Producers)), index, new Random(seed - index))).ToArray();
        using var following = CancellationTokenSource.CreateLinkedTokenSource(limit.Token);
        var reading = followers.Select(follower => follower.RunAsync(following.Token)).ToArray();

        var random = new Random(seed);
        for (var round = 0; round < rounds; round++)
        {
            // The moment of the kill is the story; nothing waits for it.
            await Task.Delay(random.Next(20, 700), limit.Token);
            await server.KillAsync(limit.Token);
            await server.StartAsync(limit.Token);
        }

        await killing.CancelAsync();
        await Task.WhenAll(producing);
        var expected = producers.ToDictionary(producer => producer.Customer, producer => producer.Acknowledged, StringComparer.Ordinal);
        foreach (var follower in followers)
        {
            await follower.ReachAsync(expected[follower.Customer].Count).WaitAsync(TimeSpan.FromSeconds(60), limit.Token);
        }

        await following.CancelAsync();
        await Task.WhenAll(reading);
        var lost = await CheckTimelinesAsync(server, producers, limit.Token);
        var (mails, unknown) = await DeliveryCheck.RunAsync(server.DataDirectory, producers.Select(producer => producer.Customer), limit.Token);
        output.WriteLine($"seed {seed}: {rounds} rounds, {expected.Values.Sum(events => events.Count)} events acknowledged, {producers.Sum(producer => producer.Repeats)} sent again "
            + $"({producers.Sum(producer => producer.Duplicates)} of them were recorded already), {followers.Sum(follower => follower.Ledger.Delivered)} deliveries, "
            + $"{followers.Sum(follower => follower.Connections)} connections, {mails} mails ({unknown} of them unknown at some time), {lost} losses");
        lost.ShouldBe(0);
        followers.SelectMany(follower => follower.Ledger.Breaches).ShouldBeEmpty();
    }

    private static int Setting(string name, int value) => int.Parse(Environment.GetEnvironmentVariable(name) ?? value.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Every acknowledged event exactly once in its timeline, nothing else there, offsets dense up to that number.</summary>
    private static async Task<int> CheckTimelinesAsync(ServerProcess server, Producer[] producers, CancellationToken cancellationToken)
    {
        var lost = 0;
        foreach (var producer in producers)
        {
            using var client = server.Client(producer.Customer);
            foreach (var order in producer.Acknowledged.GroupBy(id => id[..id.LastIndexOf('-')], StringComparer.Ordinal))
            {
                var tracking = await client.Orders.TrackingAsync(order.Key, cancellationToken);
                var recorded = tracking.Timeline.Select(entry => entry.EventId).ToList();
                recorded.ShouldBeUnique();
                lost += order.Except(recorded, StringComparer.Ordinal).Count();
                tracking.Stream.Offset.ShouldBe(recorded.Count, $"the offsets of {order.Key} are not dense");
                recorded.Except(order, StringComparer.Ordinal).ShouldBeEmpty("an event was recorded that nobody acknowledged in the end");
            }

            var inbox = await client.Notifications.ListAsync(cancellationToken: cancellationToken);
            inbox.Total.ShouldBe(producer.Acknowledged.Count);
            inbox.Unread.ShouldBe(producer.Acknowledged.Count);
            inbox.Stream.Offset.ShouldBe(producer.Acknowledged.Count);
        }

        return lost;
    }

    /// <summary>Posts the lives of orders, one request at a time, and repeats each request until it is acknowledged.</summary>
    private sealed class Producer(MilepostClient client, int index, Random random)
    {
        public string Customer { get; } = CustomerId(index);

        public List<string> Acknowledged { get; } = [];

        public int Repeats { get; private set; }

        public int Duplicates { get; private set; }

        public static string CustomerId(int index) => string.Create(CultureInfo.InvariantCulture, $"c-{index}");

        public async Task RunAsync(CancellationToken until, CancellationToken cancellationToken)
        {
            using (client)
            {
                var pending = new List<CloudEvent>();
                for (var order = 0; !until.IsCancellationRequested; order++)
                {
                    var orderId = string.Create(CultureInfo.InvariantCulture, $"o-{index}-{order}");
                    pending.Add(Shop.Placed(orderId, Customer, Customer + "@example.org"));
                    for (var step = 1; step <= Shop.Life.Count; step++)
                    {
                        if (random.Next(3) > 0)
                        {
                            await PostAsync(pending, cancellationToken);
                        }

                        pending.Add(Shop.Moved(orderId, step));
                    }

                    await PostAsync(pending, cancellationToken);
                }
            }
        }

        private async Task PostAsync(List<CloudEvent> pending, CancellationToken cancellationToken)
        {
            while (pending.Count > 0)
            {
                try
                {
                    var reply = pending.Count == 1
                        ? await client.Events.PublishAsync(pending[0], cancellationToken)
                        : await client.Events.PublishAsync(pending, cancellationToken);
                    (reply.Accepted + reply.Duplicates).ShouldBe(pending.Count);
                    Duplicates += reply.Duplicates;
                    Acknowledged.AddRange(pending.Select(posted => posted.Id));
                    pending.Clear();
                }
                catch (Exception failure) when (failure is HttpRequestException or IOException || failure is MilepostException { Retry: true })
                {
                    // Whether it was recorded is not known: exactly what happens to a shop. It is sent again as it was.
                    Repeats++;
                    await Task.Delay(random.Next(1, 20), cancellationToken);
                }
            }
        }
    }

    /// <summary>Follows a customer's stream with the SDK, over a random transport at each connection.</summary>
    private sealed class Follower(MilepostClient client, int index, Random random)
    {
        private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private long _goal = long.MaxValue;

        public string Customer { get; } = Producer.CustomerId(index % Producers);

        public Ledger Ledger { get; } = new(string.Create(CultureInfo.InvariantCulture, $"follower {index}"));

        public int Connections { get; private set; }

        public Task ReachAsync(long offset)
        {
            Volatile.Write(ref _goal, offset);
            Check();
            return _reached.Task;
        }

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            var request = new FollowRequest
            {
                Streams = [StreamLabels.Notifications],
                Since = FollowRequest.Earliest,
                Transport = () => (StreamTransport)random.Next(3),
            };
            using (client)
            {
                try
                {
                    await foreach (var message in client.Streams.FollowAsync(request, cancellationToken))
                    {
                        See(message);
                    }
                }
                catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
                {
                    // The test is over.
                }
            }
        }

        private void See(StreamMessage message)
        {
            switch (message)
            {
                case StreamMessage.Entry { Frame: var frame }:
                    Ledger.Saw(frame.Stream!, frame.Offset!.Value, "the SDK");
                    Check();
                    break;
                case StreamMessage.Reset or StreamMessage.Error:
                    Ledger.Breach(message.ToString());
                    break;
                case StreamMessage.ConnectionChanged { State: ConnectionState.Connected }:
                    Connections++;
                    break;
                case StreamMessage.ConnectionChanged { Reason: ConnectionReason.GapFound or ConnectionReason.ProtocolFault }:
                    Ledger.Breach(message.ToString());
                    break;
                default:
                    break;
            }
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
