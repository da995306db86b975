using System.Text;
using Milepost.Core.DeadLetters;
using Milepost.Core.Recording;
using Milepost.Protocol;
using Milepost.Server.Hosting;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>The consumer against brokers of the real protocol and a real database.</summary>
public sealed class KafkaConsumerTests : IAsyncDisposable
{
    private readonly KafkaCluster _cluster = new();
    private readonly SharedStore _store = new();
    private readonly WatchedOrders _orders;
    private readonly KafkaOptions _options;

    public KafkaConsumerTests()
    {
        _orders = new WatchedOrders(_store.Orders);
        _options = new KafkaOptions { Brokers = [.. _cluster.Brokers], Topics = [Topic], Tenant = "acme", DeadLetterTopic = "dead" };
        _cluster.CreateTopic(Topic);
        _cluster.CreateTopic("dead");
    }

    private const string Topic = "events";

    public async ValueTask DisposeAsync()
    {
        await _cluster.DisposeAsync();
        _store.Dispose();
    }

    [Fact]
    public async Task Good_messages_are_recorded_poison_is_put_aside_and_the_offsets_go_on()
    {
        var poison = new Dictionary<(int Partition, long Offset), string>();
        for (var index = 0; index < 60; index++)
        {
            await _cluster.SendAsync(Topic, $"o-{index % 7}", Event($"e-{index}", $"o-{index % 7}"), ("trace", "t-1"));
            if (index % 10 == 3)
            {
                var (text, code) = Poison[index / 10 % Poison.Length];
                var at = await _cluster.SendAsync(Topic, $"o-{index % 7}", text, ("trace", "t-1"));
                poison[(at.Partition.Value, at.Offset.Value)] = code;
            }
        }

        List<Confluent.Kafka.ConsumeResult<byte[]?, byte[]?>> announced;
        await using (var node = await StartAsync())
        {
            await _orders.UntilAsync(orders => orders.Accepted == 60).Soon();
            await ConfirmedAsync();

            // The topic is filled behind the table's back, as long as a node runs.
            announced = _cluster.Read("dead", poison.Count);
        }

        var letters = await _store.LettersAsync();
        letters.ToDictionary(letter => (letter.Message.Partition, letter.Message.Offset), letter => letter.Reason.Code).ShouldBe(poison, ignoreOrder: true);
        letters.ShouldAllBe(letter => letter.Message.Topic == Topic && letter.State == DeadLetterState.Waiting && letter.Message.Headers.Single().Name == "trace");
        announced.Select(message => (int.Parse(Header(message, "milepost-partition")), long.Parse(Header(message, "milepost-offset")))).ShouldBe(poison.Keys, ignoreOrder: true);
        announced.ShouldAllBe(message => Header(message, "milepost-topic") == Topic && Header(message, "trace") == "t-1" && Header(message, "milepost-reason").Length > 0);
        announced.Select(message => Encoding.UTF8.GetString(message.Message.Value!)).ShouldBe(letters.Select(letter => Encoding.UTF8.GetString(letter.Message.Value!)), ignoreOrder: true);
    }

    [Fact]
    public async Task The_topic_read_twice_records_nothing_twice()
    {
        for (var index = 0; index < 40; index++)
        {
            await _cluster.SendAsync(Topic, $"o-{index % 5}", index % 8 == 0 ? "{" : Event($"e-{index}", $"o-{index % 5}"));
        }

        await using (var node = await StartAsync())
        {
            await _orders.UntilAsync(orders => orders.Accepted == 35).Soon();
            await ConfirmedAsync();
        }

        // A group without offsets: all of it is delivered once more.
        _options.Group = "again";
        await using (var node = await StartAsync())
        {
            await _orders.UntilAsync(orders => orders.Duplicates == 35).Soon();
            await ConfirmedAsync();
        }

        (_orders.Accepted, _orders.Duplicates).ShouldBe((35, 35));
        (await _store.LettersAsync()).Count.ShouldBe(5);
    }

    [Fact]
    public async Task While_the_store_is_away_the_partitions_wait_and_then_nothing_is_missing()
    {
        _options.BatchSize = 10;
        var away = true;
        _orders.Before = _ => away ? throw new StoreUnavailableException("The disk is full.") : Task.CompletedTask;
        for (var index = 0; index < 100; index++)
        {
            await _cluster.SendAsync(Topic, $"o-{index % 5}", Event($"e-{index}", $"o-{index % 5}"));
        }

        await using var node = await StartAsync();
        await _orders.UntilAsync(orders => orders.Attempts >= 5).Soon();
        node.Intake.Stalled.ShouldBe("The disk is full.");
        _cluster.Committed(_options.Group, Topic).Values.Sum().ShouldBe(0);

        away = false;
        await _orders.UntilAsync(orders => orders.Accepted == 100).Soon();
        await ConfirmedAsync();
        for (var order = 0; order < 5; order++)
        {
            (await _store.EntriesAsync($"o-{order}")).Count.ShouldBe(20);
        }

        _orders.Duplicates.ShouldBe(0, "pausing and resuming neither skips nor repeats");
        node.Intake.Stalled.ShouldBeNull();
    }

    [Fact]
    public async Task A_node_that_dies_between_the_commits_leaves_duplicates_and_no_holes()
    {
        for (var index = 0; index < 20; index++)
        {
            await _cluster.SendAsync(Topic, "o-1", Event($"e-{index}", "o-1"));
        }

        var dead = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _orders.After = () => dead.Task;
        var first = await StartAsync();
        await _orders.UntilAsync(orders => orders.Accepted > 0).Soon();
        var before = _orders.Accepted;
        await first.StopAsync();
        _cluster.Committed(_options.Group, Topic).Values.Sum().ShouldBe(0, "what is recorded is not confirmed before the node knows");

        _orders.After = () => Task.CompletedTask;
        await using var second = await StartAsync();
        await _orders.UntilAsync(orders => orders.Accepted == 20).Soon();
        await ConfirmedAsync();
        _orders.Duplicates.ShouldBe(before);
        dead.SetResult();
        await first.DisposeAsync();
    }

    [Fact]
    public async Task A_message_that_breaks_the_recorder_is_put_aside_alone()
    {
        _orders.Before = events => events.Any(recorded => recorded.Id == "e-13") ? throw new InvalidOperationException("e-13 breaks it") : Task.CompletedTask;
        for (var index = 0; index < 30; index++)
        {
            await _cluster.SendAsync(Topic, "o-1", Event($"e-{index}", "o-1", second: index));
        }

        await using var node = await StartAsync();
        await _orders.UntilAsync(orders => orders.Accepted == 29).Soon();
        await ConfirmedAsync();
        var letter = (await _store.LettersAsync()).ShouldHaveSingleItem();
        (letter.Tenant, letter.Reason.Code).ShouldBe(("acme", "internal"));
        letter.Reason.Detail.ShouldNotContain("e-13", customMessage: "an exception may repeat what the message holds");
        _orders.Recorded.Select(recorded => recorded.Id).ShouldBe(Enumerable.Range(0, 30).Where(index => index != 13).Select(index => $"e-{index}"));
    }

    [Fact]
    public async Task A_huge_message_is_put_aside_whole_and_announced_without_its_value()
    {
        var huge = new byte[3 * 1024 * 1024];
        Array.Fill(huge, (byte)'x');
        await _cluster.SendAsync(Topic, "o-1"u8.ToArray(), huge);
        await _cluster.SendAsync(Topic, "o-1", Event("e-1", "o-1"));

        await using var node = await StartAsync();
        await _orders.UntilAsync(orders => orders.Accepted == 1).Soon();
        await ConfirmedAsync();
        var letter = (await _store.LettersAsync()).ShouldHaveSingleItem();
        letter.Reason.Code.ShouldBe("body_too_large");
        letter.Message.Value.ShouldBe(huge);
        var announced = _cluster.Read("dead", 1).Single();
        announced.Message.Value.ShouldBeNull();
        Header(announced, "milepost-omitted").ShouldBe("value");
    }

    [Fact]
    public async Task Lag_is_told_for_each_partition_also_while_it_waits()
    {
        using var lag = new LagReader(Topic);
        var away = true;
        _orders.Before = _ => away ? throw new StoreUnavailableException("away") : Task.CompletedTask;
        for (var index = 0; index < 12; index++)
        {
            await _cluster.SendAsync(Topic, "o-1", Event($"e-{index}", "o-1"));
        }

        await using var node = await StartAsync();
        await lag.UntilAsync(total => total == 12).Soon();
        for (var index = 12; index < 20; index++)
        {
            await _cluster.SendAsync(Topic, "o-1", Event($"e-{index}", "o-1"));
        }

        await lag.UntilAsync(total => total == 20).Soon();
        away = false;
        await lag.UntilAsync(total => total == 0).Soon();
        lag.Partitions.ShouldBe(KafkaCluster.Partitions);
    }

    [Fact]
    public async Task Without_brokers_the_node_is_degraded_and_recovers_when_they_are_back()
    {
        await using var node = await StartAsync();
        await _cluster.SendAsync(Topic, "o-1", Event("e-1", "o-1"));
        await _orders.UntilAsync(orders => orders.Accepted == 1).Soon();
        node.Readiness.Current.State.ShouldBe(ReadinessState.Ready);

        _cluster.Down();
        await Until(() => node.Readiness.Current.State == ReadinessState.Degraded);
        node.Readiness.Current.Reason.ShouldBe("Kafka brokers do not answer.");

        _cluster.Up();
        await _cluster.SendAsync(Topic, "o-1", Event("e-2", "o-1"));
        await _orders.UntilAsync(orders => orders.Accepted == 2).Soon();
        await Until(() => node.Readiness.Current.State == ReadinessState.Ready);
        await ConfirmedAsync();
        _orders.Recorded.Select(recorded => recorded.Id).ShouldBe(["e-1", "e-2"]);
    }

    private static (string Text, string Code)[] Poison =>
    [
        ("{\"specversion\":", "malformed_json"),
        ("{\"specversion\":\"1.0\"}", "missing_field"),
        (Event("x", "o-1", type: "order.eaten"), "unknown_event_type"),
        (Event("x", "o-1", type: "order.status.changed", data: "{\"status\":\"eaten\"}"), "unknown_status"),
        (Event("x", "o 1"), "invalid_field"),
        ("{\"id\":1,\"id\":2}", "duplicate_key"),
    ];

    private Task<KafkaNode> StartAsync() => KafkaNode.StartAsync(_options, _orders, _store.DeadLetters);

    /// <summary>Waits until the group has confirmed everything that the topic holds.</summary>
    private Task ConfirmedAsync()
    {
        var ends = _cluster.Ends(Topic);
        return Until(() => _cluster.Committed(_options.Group, Topic).Where(offset => offset.Value > 0).OrderBy(offset => offset.Key).SequenceEqual(ends.OrderBy(end => end.Key)));
    }

    private static async Task Until(Func<bool> met)
    {
        // What is waited for happens in a broker, which gives no signal.
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (!met())
        {
            await Task.Delay(20, deadline.Token);
        }
    }

    private static string Header(Confluent.Kafka.ConsumeResult<byte[]?, byte[]?> message, string name) => Encoding.UTF8.GetString(message.Message.Headers.GetLastBytes(name));

    internal static string Event(string id, string order, string type = "order.paid", string data = "{}", int second = 0) =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/shop","type":"{{type}}","subject":"{{order}}","time":"{{Rfc3339.Format(new DateTimeOffset(2026, 11, 21, 17, 0, 0, TimeSpan.Zero).AddSeconds(second))}}","data":{{data}}}""";
}
