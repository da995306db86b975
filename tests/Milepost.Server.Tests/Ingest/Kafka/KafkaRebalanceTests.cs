using Milepost.Server.Settings;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>Nodes that come and go under load.</summary>
public sealed class KafkaRebalanceTests
{
    private const string Topic = "events";
    private const int Orders = 12;

    [Fact]
    public async Task Nodes_come_and_go_and_every_message_is_recorded_once_and_in_its_order()
    {
        await using var cluster = new KafkaCluster();
        using var store = new SharedStore();
        cluster.CreateTopic(Topic);
        var options = new KafkaOptions { Brokers = [.. cluster.Brokers], Topics = [Topic], Tenant = "acme", DeadLetterTopic = "", BatchSize = 20 };
        var orders = new WatchedOrders(store.Orders)
        {
            // Slow enough that partitions change hands while batches are on the way.
            Before = async _ => await Task.Delay(30),
        };
        using var stop = new CancellationTokenSource();
        var sending = SendAsync(cluster, stop.Token);

        var nodes = new List<KafkaNode> { await KafkaNode.StartAsync(options, orders, store.DeadLetters) };
        for (var change = 1; change <= 4; change++)
        {
            // Each change is made as soon as the last one has settled and work goes on.
            var goal = orders.Accepted + 150;
            await orders.UntilAsync(seen => seen.Accepted >= goal).WaitAsync(TimeSpan.FromSeconds(60));
            if (change % 2 == 1)
            {
                nodes.Add(await KafkaNode.StartAsync(options, orders, store.DeadLetters));
            }
            else
            {
                await nodes[0].DisposeAsync();
                nodes.RemoveAt(0);
            }
        }

        await stop.CancelAsync();
        var sent = await sending.Soon();
        await orders.UntilAsync(seen => seen.Accepted == sent).WaitAsync(TimeSpan.FromSeconds(60));
        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        // The decorator fails the run where an identity is recorded twice; here: nothing is missing, and each order's stream is in its order.
        for (var order = 0; order < Orders; order++)
        {
            var entries = await store.EntriesAsync($"o-{order}");
            entries.ShouldBe(Enumerable.Range(0, entries.Count).Select(number => $"o-{order}-{number}"));
            entries.Count.ShouldBe((sent + Orders - 1 - order) / Orders);
        }

        cluster.Committed(options.Group, Topic).Values.Sum().ShouldBe(sent, "what is done with is confirmed, and nothing more");
        (await store.LettersAsync()).ShouldBeEmpty();
    }

    private static async Task<int> SendAsync(KafkaCluster cluster, CancellationToken cancellationToken)
    {
        var sent = 0;
        while (!cancellationToken.IsCancellationRequested)
        {
            var order = $"o-{sent % Orders}";
            await cluster.SendAsync(Topic, order, KafkaConsumerTests.Event($"{order}-{sent / Orders}", order, second: sent));
            sent++;
        }

        return sent;
    }
}
