using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;

namespace Milepost.LogisticsSimulator.Tests.Contract;

/// <summary>Every answer is one that <c>logistics.openapi.yaml</c> promises for its path and status, with the body that is promised.</summary>
public sealed class DocumentContractTests
{
    private const string MemberPath = "/v1/{tenant}/fleet-members/{id}";
    private const string RoutePath = "/v1/{tenant}/orders/{orderId}/route";
    private const string EtaPath = "/v1/{tenant}/orders/{orderId}/eta";

    [Fact]
    public async Task Documents_keep_the_contract_from_the_assignment_to_the_door()
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "a shop/ä"], Drivers = 6 });
        for (var n = 1; n <= 6; n++)
        {
            await KeepsAsync(await service.GetAsync($"fleet-members/d-{n}"), MemberPath, 200);
        }

        service.Assign("o/1 ä", "d-1", 3, 4);
        foreach (var phase in new[] { OrderPhase.Assigned, OrderPhase.AtPickup, OrderPhase.UnderWay, OrderPhase.AtDoor })
        {
            service.PassUntil("o/1 ä", phase);
            await KeepsAsync(await service.GetAsync("orders/o%2F1%20%C3%A4/route"), RoutePath, 200);
            await KeepsAsync(await service.GetAsync("orders/o%2F1%20%C3%A4/eta"), EtaPath, 200);
            if (phase == OrderPhase.AtPickup)
            {
                service.World.Depart("demo", "o/1 ä");
            }
        }

        service.PassUntil("o/1 ä", OrderPhase.Done);
        await KeepsAsync(await service.GetAsync("orders/o%2F1%20%C3%A4/route"), RoutePath, 404, "no_route");
        await KeepsAsync(await service.GetAsync("orders/o%2F1%20%C3%A4/eta"), EtaPath, 404, "no_eta");
        await KeepsAsync(await service.GetAsync("fleet-members/d-1", "a%20shop%2F%C3%A4", Simulator.TokenOf("a shop/ä")), MemberPath, 200);
    }

    [Fact]
    public async Task What_is_not_known_is_404()
    {
        await using var service = await Service.StartAsync();
        await KeepsAsync(await service.GetAsync("fleet-members/d-99"), MemberPath, 404, "unknown_member");
        await KeepsAsync(await service.GetAsync("orders/o-1/route"), RoutePath, 404, "no_route");
        await KeepsAsync(await service.GetAsync("orders/o-1/eta"), EtaPath, 404, "no_eta");
    }

    [Fact]
    public async Task A_token_is_of_one_tenant()
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"] });
        await KeepsAsync(await service.GetAsync("fleet-members/d-1", token: ""), MemberPath, 401, "unauthorized");
        await KeepsAsync(await service.GetAsync("fleet-members/d-1", token: "sim-nobody"), MemberPath, 401, "unauthorized");
        await KeepsAsync(await service.GetAsync("fleet-members/d-1", token: Simulator.TokenOf("other")), MemberPath, 403, "wrong_tenant");
        await KeepsAsync(await service.GetAsync("orders/o-1/eta", token: Simulator.TokenOf("other")), EtaPath, 403, "wrong_tenant");
    }

    [Theory]
    [InlineData(FaultKind.InternalError, 500, "internal")]
    [InlineData(FaultKind.TooMany, 429, "too_many_requests")]
    [InlineData(FaultKind.Unavailable, 503, "unavailable")]
    public async Task Refusals_keep_the_contract_too(FaultKind kind, int status, string code)
    {
        await using var service = await Service.StartAsync(options => options with { Tenants = ["demo", "other"] });
        service.World.Faults.Add(new Fault(kind, "demo", Seconds: status == 500 ? null : 7));
        var response = await service.GetAsync("fleet-members/d-1");
        await KeepsAsync(response, MemberPath, status, code);
        response.Headers.RetryAfter.ShouldBe(status == 500 ? null : new RetryConditionHeaderValue(TimeSpan.FromSeconds(7)));
        await KeepsAsync(await service.GetAsync("fleet-members/d-1", "other"), MemberPath, 200);
    }

    [Fact]
    public async Task Who_has_the_current_document_gets_304_until_it_changes()
    {
        await using var service = await Service.StartAsync();
        service.Assign();
        foreach (var (address, path) in new[] { ("fleet-members/d-1", MemberPath), ("orders/o-1/route", RoutePath), ("orders/o-1/eta", EtaPath) })
        {
            var etag = (await service.GetAsync(address)).Headers.ETag!.Tag;
            await KeepsAsync(await service.GetAsync(address, etag: etag), path, 304);
            await KeepsAsync(await service.GetAsync(address, etag: "\"another\""), path, 200);
            service.World.Change("demo", service.World.ProfileOf("demo", "d-1") with { Name = "Another Name" });
            service.World.Slow("demo", "d-1", 0.2);
            await KeepsAsync(await service.GetAsync(address, etag: etag), path, 200);
            service.World.Slow("demo", "d-1", 1);
        }
    }

    [Fact]
    public async Task The_picture_that_a_driver_has_can_be_read_without_a_token()
    {
        await using var service = await Service.StartAsync();
        service.World.AddDriver("demo", new DriverProfile("d<3>", "Ana <script>", new Vehicle("foot")));
        var member = await service.ReadAsync("fleet-members/d%3C3%3E");
        using var http = new HttpClient();
        using var picture = await http.GetAsync(member["photoUrl"]!.GetValue<string>());
        picture.Content.Headers.ContentType!.MediaType.ShouldBe("image/svg+xml");
        var svg = System.Xml.Linq.XElement.Parse(await picture.Content.ReadAsStringAsync());
        svg.Attribute("aria-label")!.Value.ShouldBe("Ana <script>");
    }

    private static async Task KeepsAsync(HttpResponseMessage response, string path, int status, string? code = null)
    {
        using (response)
        {
            response.StatusCode.ShouldBe((HttpStatusCode)status, path);
            var promised = (JsonObject)Document.Rest.Resolve(Document.Rest.At("paths", path, "get", "responses", status.ToString()));
            foreach (var (name, header) in promised["headers"] as JsonObject ?? [])
            {
                response.Headers.TryGetValues(name, out var values).ShouldBeTrue($"{name} is missing");
                var schema = Document.Rest.Resolve(header!)["schema"]!;
                var value = schema["type"]!.GetValue<string>() == "integer" ? JsonNode.Parse(values!.Single()) : JsonValue.Create(values!.Single());
                new SchemaCheck(Document.Rest).Faults(schema, value).ShouldBeEmpty();
            }

            var text = await response.Content.ReadAsStringAsync();
            if (promised["content"] is not JsonObject content)
            {
                text.ShouldBeEmpty();
                return;
            }

            var body = JsonNode.Parse(text);
            new SchemaCheck(Document.Rest).Faults(content[response.Content.Headers.ContentType!.MediaType!]!["schema"]!, body).ShouldBeEmpty(text);
            body!["code"]?.GetValue<string>().ShouldBe(code);
        }
    }
}
