using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests.Faults;

/// <summary>What goes wrong with the stream and its connections.</summary>
public sealed class StreamFaultTests
{
    [Fact]
    public async Task A_malformed_message_is_no_json()
    {
        var broken = (await SpoiltAsync(new Fault(FaultKind.MalformedMessage, Every: 1))).ToList();
        broken.ShouldAllBe(text => !IsJson(text));
    }

    [Fact]
    public async Task An_oversized_message_has_more_than_a_mebibyte() =>
        (await SpoiltAsync(new Fault(FaultKind.OversizedMessage, Every: 1))).ShouldAllBe(text => Encoding.UTF8.GetByteCount(text) > 1 << 20 && IsJson(text));

    [Fact]
    public async Task A_message_of_wrong_types_breaks_its_schema_in_one_member_after_the_other()
    {
        var broken = (await SpoiltAsync(new Fault(FaultKind.WrongTypeMessage, Every: 1))).Select(text => Feed.Broken(JsonNode.Parse(text)!.AsObject())).ToList();
        broken.ShouldAllBe(faults => faults.Count == 1);
        broken.Select(faults => faults[0].Split(':')[0]).Distinct().Count().ShouldBeGreaterThanOrEqualTo(5);
    }

    [Fact]
    public async Task A_silent_stream_answers_a_close_but_says_nothing()
    {
        await using var service = await Service.StartAsync();
        await using var before = await service.ListenAsync();
        await before.NextAsync();
        service.World.Faults.Add(FaultKind.StreamSilence);
        await using var after = await service.ListenAsync();
        service.Pass(60);
        var silent = (before.TextAsync(CancellationToken.None), after.TextAsync(CancellationToken.None));

        // A message that was sent would have come before the answer to the close.
        await after.CloseOutputAsync(CancellationToken.None).Soon();
        (await silent.Item2.Soon()).ShouldBeNull();

        service.World.Faults.Clear();
        service.Pass(2);
        (await silent.Item1.Soon()).ShouldBe("""{"type":"heartbeat","sequence":0}""");
        (await before.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(61, "what was not said is not said later");
    }

    [Fact]
    public async Task A_connection_without_a_hello_breaks_when_the_silence_ends()
    {
        await using var service = await Service.StartAsync();
        service.World.Faults.Add(FaultKind.StreamSilence, "demo");
        await using var feed = await service.ListenAsync();
        var text = feed.TextAsync(CancellationToken.None);
        await JoinedAsync(service, connections: 1);
        service.World.Faults.Clear();
        await Should.ThrowAsync<WebSocketException>(text.Soon());
    }

    [Fact]
    public async Task A_half_open_connection_answers_no_close_while_new_ones_work()
    {
        await using var service = await Service.StartAsync();
        await using var dead = await service.ListenAsync();
        await dead.NextAsync();
        service.World.Faults.Add(FaultKind.HalfOpen);
        service.Pass(60);
        using var giveUp = new CancellationTokenSource();
        var closing = dead.CloseAsync(giveUp.Token);

        await using var live = await service.ListenAsync();
        service.Pass(10);
        (await live.LocationsAsync()).Count.ShouldBe(10);
        await live.CloseAsync(CancellationToken.None).Soon();
        closing.IsCompleted.ShouldBeFalse();

        service.World.Faults.Clear();
        await Should.ThrowAsync<WebSocketException>(closing.Soon());
        await JoinedAsync(service, connections: 0);
    }

    [Fact]
    public async Task A_service_with_half_open_connections_can_stop()
    {
        await using var service = await Service.StartAsync();
        await using var dead = await service.ListenAsync();
        await dead.NextAsync();
        service.World.Faults.Add(FaultKind.HalfOpen);
        service.Pass(60);
        await service.Simulator.DisposeAsync().AsTask().Soon();
        await Should.ThrowAsync<WebSocketException>(dead.TextAsync(CancellationToken.None).Soon());
    }

    [Fact]
    public async Task A_sudden_close_comes_after_some_messages_without_a_close_frame()
    {
        await using var service = await Service.StartAsync();
        service.World.Faults.Add(new Fault(FaultKind.SuddenClose, Every: 3));
        for (var n = 0; n < 2; n++)
        {
            await using var feed = await service.ListenAsync();
            await feed.NextAsync();
            service.Pass(10);
            for (var message = 0; message < 3; message++)
            {
                (await feed.NextAsync())["type"]!.GetValue<string>().ShouldBe("location");
            }

            await Should.ThrowAsync<WebSocketException>(feed.TextAsync(CancellationToken.None).Soon());
            feed.CloseStatus.ShouldBeNull();
            await JoinedAsync(service, connections: 0);
        }
    }

    [Fact]
    public async Task Who_may_not_resume_gets_a_gap_and_what_comes()
    {
        await using var service = await Service.StartAsync();
        service.Pass(20);
        service.World.Faults.Add(FaultKind.ResumeRefused);
        await using var feed = await service.ListenAsync(after: 3);
        await feed.NextAsync();
        (await feed.NextAsync()).ToJsonString().ShouldBe("""{"type":"gap","from":4,"to":20}""");
        service.Pass(2);
        (await feed.NextAsync())["sequence"]!.GetValue<long>().ShouldBe(21);
    }

    [Fact]
    public async Task Who_is_refused_gets_no_answer()
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"] });
        service.World.Faults.Add(FaultKind.Refused, "demo");
        await Should.ThrowAsync<HttpRequestException>(service.GetAsync("fleet-members/d-1"));
        await Should.ThrowAsync<WebSocketException>(service.ListenAsync());
        (await service.GetAsync("fleet-members/d-1", "other")).EnsureSuccessStatusCode();
        service.World.Faults.Clear();
        (await service.GetAsync("fleet-members/d-1")).EnsureSuccessStatusCode();
    }

    /// <summary>What comes while a fault hits every message.</summary>
    private static async Task<IEnumerable<string>> SpoiltAsync(Fault fault)
    {
        await using var service = await Service.StartAsync();
        await using var feed = await service.ListenAsync();
        await feed.NextAsync();
        service.World.Faults.Add(fault);
        service.Pass(10);
        List<string> texts = [];
        for (var n = 0; n < 10; n++)
        {
            texts.Add((await feed.TextAsync(CancellationToken.None).Soon()).ShouldNotBeNull());
        }

        service.World.Faults.Clear();
        service.Pass(2);
        (await feed.NextAsync())["type"]!.GetValue<string>().ShouldBe("location");
        return texts;
    }

    private static async Task JoinedAsync(Service service, int connections)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (service.World.Read("demo", fleet => fleet.Stream.Connections) != connections)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private static bool IsJson(string text)
    {
        try
        {
            JsonNode.Parse(text);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
