using System.Net;
using System.Text.Json.Nodes;
using Milepost.LogisticsSimulator.Faults;

namespace Milepost.LogisticsSimulator.Tests.Faults;

/// <summary>How faults are switched.</summary>
public sealed class FaultSetTests
{
    [Fact]
    public async Task Faults_are_switched_over_the_admin_api()
    {
        await using var service = await Service.StartAsync();
        using var put = await service.SendAsync(HttpMethod.Put, "faults", """{"faults":[{"kind":"half-open","tenant":"demo"},{"kind":"old-time","driverId":"d-1","every":3,"seconds":2.5}]}""");
        put.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        service.World.Faults.Current.ShouldBe([new Fault(FaultKind.HalfOpen, "demo"), new Fault(FaultKind.OldTime, DriverId: "d-1", Every: 3, Seconds: 2.5)]);
        using var get = await service.SendAsync(HttpMethod.Get, "faults", "");
        JsonNode.DeepEquals(
            JsonNode.Parse(await get.Content.ReadAsStringAsync()),
            JsonNode.Parse("""{"faults":[{"kind":"half-open","tenant":"demo"},{"kind":"old-time","driverId":"d-1","every":3,"seconds":2.5}]}""")).ShouldBeTrue();
        using var none = await service.SendAsync(HttpMethod.Put, "faults", """{"faults":[]}""");
        service.World.Faults.Current.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"faults":[{"kind":"nothing"}]}""")]
    [InlineData("""{"faults":[{"kind":3}]}""")]
    [InlineData("""{"faults":[{"kind":"slow","every":0}]}""")]
    [InlineData("""{"faults":[{"kind":"slow","seconds":-1}]}""")]
    [InlineData("""{"faults":[{"kind":"slow","tennant":"demo"}]}""")]
    [InlineData("""{"faults":[{"kind":"slow","tenant":"nobody"}]}""")]
    [InlineData("""{"faults":[{"kind":"slow","driverId":"d-1"}]}""")]
    [InlineData("""{"faults":[{"kind":"half-open","every":2}]}""")]
    [InlineData("""{"faults":[{"kind":"jitter","seconds":2}]}""")]
    [InlineData("""{"faults":null}""")]
    [InlineData("""{}""")]
    [InlineData("""null""")]
    [InlineData("""nonsense""")]
    public async Task What_is_no_fault_is_refused_and_changes_nothing(string body)
    {
        await using var service = await Service.StartAsync();
        service.World.Faults.Add(FaultKind.Jitter);
        using var response = await service.SendAsync(HttpMethod.Put, "faults", body);
        response.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        response.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        service.World.Faults.Current.ShouldBe([new Fault(FaultKind.Jitter)]);
    }

    [Fact]
    public async Task Orders_are_assigned_and_depart_over_the_admin_api()
    {
        await using var service = await Service.StartAsync();
        async Task<JsonNode> DoorAsync(int n)
        {
            using var response = await service.SendAsync(HttpMethod.Get, $"doors/{n}", "");
            return JsonNode.Parse(await response.Content.ReadAsStringAsync())!;
        }

        var assignment = new JsonObject { ["tenant"] = "demo", ["orderId"] = "o-7", ["driverId"] = "d-2", ["pickup"] = await DoorAsync(1), ["destination"] = await DoorAsync(2), ["stops"] = new JsonArray(await DoorAsync(3)) };
        using var assigned = await service.SendAsync(HttpMethod.Post, "assignments", assignment.ToJsonString());
        assigned.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await service.ReadAsync("orders/o-7/eta"))["stopsBefore"]!.GetValue<int>().ShouldBe(1);

        using var departed = await service.SendAsync(HttpMethod.Post, "departures", """{"tenant":"demo","orderId":"o-7"}""");
        departed.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        using var again = await service.SendAsync(HttpMethod.Post, "departures", """{"tenant":"demo","orderId":"o-7"}""");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        using var unknown = await service.SendAsync(HttpMethod.Post, "departures", """{"tenant":"demo","orderId":"o-8"}""");
        unknown.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        using var outside = await service.SendAsync(HttpMethod.Post, "assignments", """{"tenant":"demo","orderId":"o-9","driverId":"d-2","pickup":{"lat":0,"lon":0},"destination":{"lat":0,"lon":0}}""");
        outside.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("jitter", FaultKind.Jitter, null, null)]
    [InlineData("half-open=shop", FaultKind.HalfOpen, "shop", null)]
    [InlineData("silence=shop/d-1", FaultKind.Silence, "shop", "d-1")]
    public void A_fault_can_be_named_in_a_word(string text, FaultKind kind, string? tenant, string? driver) => FaultNames.Parse(text).ShouldBe(new Fault(kind, tenant, driver));

    [Theory]
    [InlineData("nothing")]
    [InlineData("Jitter")]
    [InlineData("jitter=")]
    [InlineData("jitter=shop/")]
    [InlineData("")]
    public void A_word_that_names_no_fault_is_refused(string text) => Should.Throw<InvalidSettingException>(() => FaultNames.Parse(text));

    [Fact]
    public void Every_fault_has_a_name_and_is_in_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(Milepost.Testing.Repository.Root, "examples", "Milepost.LogisticsSimulator", "README.md"));
        FaultNames.All.Count.ShouldBe(Enum.GetValues<FaultKind>().Length);
        FaultNames.All.ShouldAllBe(name => readme.Contains($"`{name}`", StringComparison.Ordinal));
    }
}
