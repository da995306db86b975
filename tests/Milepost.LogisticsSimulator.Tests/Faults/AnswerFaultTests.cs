using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Tests.Contract;
using Milepost.LogisticsSimulator.Tests.Streets;
using Milepost.Testing;

namespace Milepost.LogisticsSimulator.Tests.Faults;

/// <summary>What goes wrong with the documents.</summary>
public sealed class AnswerFaultTests
{
    private static readonly string[] Addresses = ["fleet-members/d-1", "orders/o-1/route", "orders/o-1/eta"];

    [Fact]
    public async Task A_malformed_answer_is_no_json()
    {
        await using var service = await StartAsync(new Fault(FaultKind.MalformedAnswer));
        foreach (var address in Addresses)
        {
            var text = await TextAsync(service, address);
            Should.Throw<JsonException>(() => JsonNode.Parse(text));
        }
    }

    [Fact]
    public async Task An_oversized_answer_has_eight_mebibytes()
    {
        await using var service = await StartAsync(new Fault(FaultKind.OversizedAnswer));
        (await TextAsync(service, "orders/o-1/eta")).Length.ShouldBeGreaterThan(8 << 20);
    }

    [Fact]
    public async Task An_answer_of_wrong_types_breaks_its_schema()
    {
        await using var service = await StartAsync(new Fault(FaultKind.WrongTypeAnswer));
        foreach (var (address, schema) in Addresses.Zip(["FleetMember", "Route", "Eta"]))
        {
            var broken = new SchemaCheck(Document.Rest).Faults(Document.Rest.At("components", "schemas", schema), JsonNode.Parse(await TextAsync(service, address)));
            broken.Count.ShouldBe(1, address);
        }
    }

    [Theory]
    [InlineData(FaultKind.NoMember, "fleet-members/d-1")]
    [InlineData(FaultKind.NoRoute, "orders/o-1/route")]
    [InlineData(FaultKind.NoEta, "orders/o-1/eta")]
    public async Task What_is_missing_for_one_driver_is_there_for_another(FaultKind kind, string address)
    {
        await using var service = await StartAsync(new Fault(kind, "demo", "d-1"));
        service.Assign("o-2", "d-2");
        (await service.GetAsync(address)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await service.GetAsync(address.Replace("-1", "-2", StringComparison.Ordinal))).StatusCode.ShouldBe(HttpStatusCode.OK);
        foreach (var other in Addresses.Where(other => other != address))
        {
            (await service.GetAsync(other)).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task A_silent_precision_is_six_where_five_would_be_understood()
    {
        await using var service = await StartAsync(new Fault(FaultKind.SilentPrecision));
        var route = await service.ReadAsync("orders/o-1/route");
        route.ContainsKey("precision").ShouldBeFalse();
        Polylines.Decode(route["polyline"]!.GetValue<string>(), 6)[^1].MetersTo(service.World.City.Door(2)).ShouldBeLessThan(2);
        Math.Abs(Polylines.Decode(route["polyline"]!.GetValue<string>(), 5)[^1].Lat).ShouldBeGreaterThan(90);
    }

    [Fact]
    public async Task A_truncated_polyline_cannot_be_read()
    {
        await using var service = await StartAsync(new Fault(FaultKind.TruncatedPolyline));
        var polyline = (await service.ReadAsync("orders/o-1/route"))["polyline"]!.GetValue<string>();
        Should.Throw<FormatException>(() => Polylines.Decode(polyline, 5));
    }

    [Fact]
    public async Task An_answer_about_somebody_else_says_so()
    {
        await using var service = await StartAsync(new Fault(FaultKind.WrongIdentity));
        (await service.ReadAsync("fleet-members/d-1"))["id"]!.GetValue<string>().ShouldBe("somebody-else");
        (await service.ReadAsync("orders/o-1/route"))["orderId"]!.GetValue<string>().ShouldBe("somebody-else");
        (await service.ReadAsync("orders/o-1/eta"))["orderId"]!.GetValue<string>().ShouldBe("somebody-else");
    }

    [Fact]
    public async Task Every_third_answer_can_be_a_failure()
    {
        await using var service = await StartAsync(new Fault(FaultKind.InternalError, Every: 3));
        List<int> statuses = [];
        for (var n = 0; n < 6; n++)
        {
            statuses.Add((int)(await service.GetAsync("fleet-members/d-1")).StatusCode);
        }

        statuses.ShouldBe([200, 200, 500, 200, 200, 500]);
    }

    [Fact]
    public async Task A_slow_answer_comes_when_its_time_has_passed()
    {
        await using var service = await StartAsync(new Fault(FaultKind.Slow, Seconds: 40));
        var timers = service.Clock.Waiting;
        var answer = service.GetAsync("fleet-members/d-1");
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (service.Clock.Waiting == timers)
        {
            deadline.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        service.Pass(39.9);
        answer.IsCompleted.ShouldBeFalse();
        service.Pass(0.2);
        (await answer.Soon()).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private static async Task<Service> StartAsync(Fault fault)
    {
        var service = await Service.StartAsync();
        service.Assign();
        service.World.Faults.Add(fault);
        return service;
    }

    private static async Task<string> TextAsync(Service service, string address)
    {
        using var response = await service.GetAsync(address);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);
        return await response.Content.ReadAsStringAsync();
    }
}
