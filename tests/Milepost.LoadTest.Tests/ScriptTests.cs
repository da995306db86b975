using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Milepost.LoadTest.Posting;
using Milepost.Protocol;
using Milepost.Protocol.Events;

namespace Milepost.LoadTest.Tests;

public sealed class ScriptTests
{
    [Fact]
    public void An_order_walks_through_all_statuses_and_the_next_one_begins()
    {
        var script = new Script("r1", customers: 3, rate: 1);
        var events = Enumerable.Range(0, 33).Where(number => number % 3 == 1).Select(number => Write(script, number)).ToList();

        events.Take(10).ShouldAllBe(item => item.Subject == "lt-o-r1-1-0-0");
        events[0].Type.ShouldBe(EventTypes.OrderPlaced);
        events[0].Data!.Value.GetProperty("customer").GetProperty("id").GetString().ShouldBe(Script.Customer("r1", 1));
        events[1].Type.ShouldBe(EventTypes.OrderPaid);
        events.Skip(2).Take(8).Select(item => item.Data!.Value.GetProperty("status").GetString())
            .ShouldBe(["accepted", "preparing", "ready", "courier_assigned", "picked_up", "out_for_delivery", "arriving", "delivered"]);
        (events[10].Type, events[10].Subject).ShouldBe((EventTypes.OrderPlaced, "lt-o-r1-1-0-1"));
    }

    [Fact]
    public void Events_of_one_order_are_a_second_apart()
    {
        var script = new Script("r1", customers: 10, rate: 45);
        script.OrdersAtOnce.ShouldBe(5);
        var subjects = Enumerable.Range(0, 45).Select(number => Write(script, number).Subject).ToList();
        subjects.Distinct().Count().ShouldBe(subjects.Count);
    }

    [Theory]
    [InlineData("r1", 3, 1)]
    [InlineData("r1", 10, 45)]
    public void The_event_before_is_the_one_of_the_same_order(string run, int customers, double rate)
    {
        var script = new Script(run, customers, rate);
        var last = new Dictionary<string, long>(StringComparer.Ordinal);
        for (var number = 0L; number < 1000; number++)
        {
            var order = Write(script, number).Subject!;
            script.Before(number).ShouldBe(last.TryGetValue(order, out var before) ? before : null);
            last[order] = number;
        }
    }

    [Theory]
    [InlineData((int)Phase.WarmUp)]
    [InlineData((int)Phase.Steady)]
    [InlineData((int)Phase.Storm)]
    [InlineData((int)Phase.Burst)]
    public void An_event_s_id_says_its_number_its_phase_and_when_it_was_due(int number)
    {
        var phase = (Phase)number;
        var written = Write(new Script("r1", customers: 3, rate: 1), 17, due: 123456789012, phase);
        EventId.TryParse(written.Id, "r1", out var id).ShouldBeTrue();
        id.ShouldBe(new EventId(17, 123456789012, phase));
        EventId.TryParse(written.Id, "r2", out _).ShouldBeFalse();
        EventId.TryParse("evt-1", "r1", out _).ShouldBeFalse();
        EventId.TryParse("lt.r1.17.x123456789012", "r1", out _).ShouldBeFalse();
    }

    [Fact]
    public void A_token_is_three_parts_signed_with_the_key()
    {
        // RFC 7515, A.1 has another header; the signature here was computed by OpenSSL.
        var parts = new TokenSigner(new string('k', 32), "demo", DateTimeOffset.UnixEpoch.AddSeconds(2_000_000_000)).Sign("lt-c-1", "events:write").Split('.');
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[0])).ShouldBe("""{"alg":"HS256","typ":"JWT"}""");
        Encoding.UTF8.GetString(Base64Url.DecodeFromChars(parts[1])).ShouldBe("""{"sub":"lt-c-1","tenant":"demo","exp":2000000000,"scope":"events:write"}""");
        parts[2].ShouldBe("LVI5wbDDsh8eo6aRNfS3S7s-fb473xQrA17JGtoWJvw");
    }

    private static CloudEvent Write(Script script, long number, long due = 1, Phase phase = Phase.Steady)
    {
        var buffer = new byte[640];
        var length = script.Write(buffer, number, due, phase);
        return JsonSerializer.Deserialize(buffer.AsSpan(0, length), ProtocolJson.Default.CloudEvent)!;
    }
}
