using System.Collections.Concurrent;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Sessions;

/// <summary>Faults by seed: a failure names the seed that shows it again.</summary>
public sealed class SessionChaosTests
{
    private static readonly string[] Labels = ["order:a", "order:b", "order:c"];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public async Task Lost_doubled_and_shuffled_hints_still_deliver_everything_exactly_once(int seed)
    {
        const int count = 2000;
        var random = new Random(seed);
        var node = new TestNode();
        var client = node.Follow("earliest", Labels[0]);
        var held = new List<StreamFrame>();
        for (var index = 0; index < count; index++)
        {
            var frame = node.Log.Append(TestNode.Stream(Labels[0]), random.Next(2000));
            switch (random.Next(4))
            {
                case 0:
                    break;
                case 1:
                    held.Add(frame);
                    break;
                case 2:
                    node.Hub.Publish(TestNode.Stream(Labels[0]), frame);
                    node.Hub.Publish(TestNode.Stream(Labels[0]), frame);
                    break;
                default:
                    node.Hub.Publish(TestNode.Stream(Labels[0]), frame);
                    break;
            }

            if (held.Count > 10)
            {
                var late = held.ToArray();
                random.Shuffle(late);
                held.Clear();
                Array.ForEach(late, hint => node.Hub.Publish(TestNode.Stream(Labels[0]), hint));
            }
        }

        node.Publish(Labels[0]);
        (await client.OffsetsUntilAsync(Labels[0], count + 1)).ShouldBe(Enumerable.Range(1, count + 1).Select(offset => (long)offset), $"seed {seed}");
        await client.EndAsync();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task The_cursor_of_every_frame_resumes_exactly(int seed)
    {
        const int count = 150;
        var node = new TestNode();
        node.Append(Labels[0], 40);
        node.Append(Labels[1], 7);
        var client = node.Follow("earliest", Labels);
        var publishers = Labels.Select((label, index) => Task.Run(async () =>
        {
            var random = new Random(seed * 10 + index);
            while (node.Log.Head(TestNode.Stream(label)) < count)
            {
                node.Publish(label, random.Next(300));
                if (random.Next(5) == 0)
                {
                    await Task.Yield();
                }
            }
        })).ToArray();
        await Task.WhenAll(publishers).Soon();
        await client.SeesEverythingAsync(Labels, count, $"seed {seed}");
        for (var cut = 0; cut < client.History.Count; cut += 3)
        {
            var offsets = Labels.ToDictionary(label => label, _ => new List<long>());
            client.History[..(cut + 1)].ForEach(arrived => Note(offsets, arrived.Frame));
            var resumed = node.Follow(client.History[cut].Frame.Cursor.ShouldNotBeNull(), Labels);
            await resumed.UntilAsync(FrameTypes.Ready);
            resumed.History.ForEach(arrived => Note(offsets, arrived.Frame));
            foreach (var label in Labels)
            {
                offsets[label].ShouldBe(Enumerable.Range(1, count).Select(offset => (long)offset), $"seed {seed}, cut behind frame {cut}");
            }

            await resumed.EndAsync();
        }

        await client.EndAsync();
        node.Hub.StreamCount.ShouldBe(0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Under_load_and_churn_nothing_is_lost_doubled_or_left_behind(int seed)
    {
        const int count = 3000;
        var node = new TestNode();
        var faithful = Enumerable.Range(0, 6).Select(_ => node.Follow("earliest", Labels)).ToList();
        var publishing = Task.WhenAll(Labels.Select(label => Task.Run(() =>
        {
            for (var index = 0; index < count; index++)
            {
                node.Publish(label, index % 7 * 100);
            }
        })));
        var broken = new ConcurrentBag<string>();
        var churn = Enumerable.Range(0, 4).Select(index => Task.Run(() => ChurnAsync(node, new Random(seed * 10 + index), publishing, broken))).ToArray();
        await publishing.Soon();
        foreach (var client in faithful)
        {
            await client.SeesEverythingAsync(Labels, count, $"seed {seed}");
            if (client.History.TrueForAll(arrived => arrived.Type != FrameTypes.Ready))
            {
                await client.UntilAsync(FrameTypes.Ready);
            }

            await client.EverythingSoFarAsync();
            client.History.Count(arrived => arrived.Type == FrameTypes.Ready).ShouldBe(1);
            await client.EndAsync();
        }

        await Task.WhenAll(churn).Soon();
        broken.ShouldBeEmpty($"seed {seed}");
        (node.Hub.StreamCount, node.Registry.Count).ShouldBe((0, 0));
    }

    [Fact]
    public async Task Listeners_come_and_go_while_entries_are_published()
    {
        var node = new TestNode();
        var frame = node.Log.Append(TestNode.Stream("order:x"));
        using var stop = new CancellationTokenSource();
        var publisher = Task.Run(
            () =>
            {
                while (!stop.IsCancellationRequested)
                {
                    node.Hub.Publish(TestNode.Stream("order:x"), frame);
                }
            },
            TestContext.Current.CancellationToken);
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            for (var index = 0; index < 300; index++)
            {
                await node.Follow(null, "order:x").EndAsync();
            }
        }))).Soon();
        await stop.CancelAsync();
        await publisher.Soon();

        (node.Hub.StreamCount, node.Hub.HasListeners(TestNode.Stream("order:x"))).ShouldBe((0, false));
    }

    /// <summary>Connects, follows, leaves, closes at random; what arrives of a stream between two of its subscribes must be dense.</summary>
    private static async Task ChurnAsync(TestNode node, Random random, Task until, ConcurrentBag<string> broken)
    {
        for (var round = 0; round < 500 && !until.IsCompleted; round++)
        {
            var client = node.Connect();
            for (var step = random.Next(6); step >= 0; step--)
            {
                var label = Labels[random.Next(Labels.Length)];
                switch (random.Next(3))
                {
                    case 0:
                        client.Session.Unsubscribe(label);
                        break;
                    case 1:
                        client.Follow("earliest", label);
                        break;
                    default:
                        client.Follow(null, label);
                        break;
                }

                if (random.Next(2) == 0)
                {
                    await client.EverythingSoFarAsync();
                }
            }

            if (random.Next(2) == 0)
            {
                client.Session.Close(CloseCode.Draining);
                await client.CloseCodeAsync();
            }

            await client.EndAsync();
            var last = new Dictionary<string, long>();
            foreach (var frame in client.History.Select(arrived => arrived.Frame).Where(frame => frame.Offset is not null))
            {
                if (last.TryGetValue(frame.Stream!, out var before) && frame.Offset > before + 1 && frame.Offset != 1 && client.History.Count(arrived => arrived.Type == FrameTypes.Ready) <= 1)
                {
                    broken.Add($"{frame.Stream}: {frame.Offset} behind {before}");
                }

                last[frame.Stream!] = frame.Offset!.Value;
            }
        }
    }

    private static void Note(Dictionary<string, List<long>> seen, ServerFrame frame)
    {
        if (frame.Offset is { } offset)
        {
            seen[frame.Stream!].Add(offset);
        }
    }
}
