using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Tests.Sessions;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>Clients on two nodes over one log, between which hints get lost.</summary>
public sealed class TwoNodesTests
{
    private static readonly string[] Labels = ["order:a", "order:b", "order:c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Every_client_sees_every_entry_once_and_in_order_whatever_happens_to_hints(int seed)
    {
        const int count = 2000;
        var log = new TestLog();
        var first = new InProcessBackplane();
        await using var one = new RunningNode(log, new ChaosBackplane(first, seed));
        await using var other = new RunningNode(log, new ChaosBackplane(first.ForPeer(), seed + 100));
        RunningNode[] nodes = [one, other];
        var clients = nodes.SelectMany(node => Enumerable.Range(0, 3).Select(_ => node.Node.Follow("earliest", Labels))).ToList();
        await Task.WhenAll(Labels.Select((label, index) => Task.Run(() =>
        {
            var random = new Random(seed * 10 + index);
            for (var entry = 0; entry < count; entry++)
            {
                // Each entry is committed on whichever node its event came to.
                nodes[random.Next(2)].Node.Publish(label, random.Next(500));
            }
        }))).Soon();

        foreach (var client in clients)
        {
            await client.SeesEverythingAsync(Labels, count, $"seed {seed}");
            await client.EndAsync();
        }
    }

    [Fact]
    public async Task With_nothing_between_the_nodes_entries_arrive_by_polling()
    {
        var log = new TestLog();
        await using var one = new RunningNode(log, new PollingBackplane());
        await using var other = new RunningNode(log, new PollingBackplane());
        var client = other.Node.Follow(null, Labels[0]);
        await client.UntilAsync("ready");
        one.Node.Publish(Labels[0]);

        (await client.OffsetsUntilAsync(Labels[0], 1)).ShouldBe([1]);
        one.Node.Publish(Labels[0]);
        (await client.OffsetsUntilAsync(Labels[0], 2)).ShouldBe([2]);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_hint_of_another_node_is_delivered_without_reading_the_log()
    {
        var log = new TestLog();
        var first = new InProcessBackplane();
        await using var one = new RunningNode(log, first);
        await using var other = new RunningNode(log, first.ForPeer());
        var client = other.Node.Follow(null, Labels[0]);
        await client.UntilAsync("ready");
        one.Node.Publish(Labels[0]);

        (await client.OffsetsUntilAsync(Labels[0], 1)).ShouldBe([1]);
        log.Reads.ShouldBe(0);
        await client.EndAsync();
    }

    private sealed class RunningNode : IAsyncDisposable
    {
        private readonly HeadCheckLoop _heads;

        public RunningNode(TestLog log, IBackplane backplane)
        {
            Node = new TestNode(time: TimeProvider.System, log: log, backplane: backplane);
            _heads = new HeadCheckLoop(Node.Hub, log, backplane, TimeProvider.System, new Random(1), NullLogger<HeadCheckLoop>.Instance);
            _heads.StartAsync(CancellationToken.None).IsCompletedSuccessfully.ShouldBeTrue();
        }

        public TestNode Node { get; }

        public async ValueTask DisposeAsync()
        {
            await _heads.StopAsync(CancellationToken.None);
            _heads.Dispose();
        }
    }
}
