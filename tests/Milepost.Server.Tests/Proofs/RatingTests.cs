using System.Net;
using System.Text;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Orders;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Sharing;

namespace Milepost.Server.Tests.Proofs;

public sealed class RatingTests : IAsyncLifetime
{
    private TestServer _server = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await TestServer.StartAsync();
        await Guests.PlaceAsync(_server, "o-1", "ada");
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task A_delivery_is_rated_once_however_often_the_same_is_said()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        const string Body = """{"stars":4,"comment":" warm \n and quick ","tags":["on time","friendly","on time"]}""";
        (await RateAsync(Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await RateAsync(Body)).StatusCode.ShouldBe(HttpStatusCode.OK);
        var order = await OrderAsync();
        (order.Rating!.Stars, order.Rating.Comment).ShouldBe((4, "warm \n and quick"));
        order.Rating.Tags.ShouldBe(["on time", "friendly"]);
        order.Timeline.Count(entry => entry.Type == "order.rated").ShouldBe(1);
        order.Status.ShouldBe(OrderStatus.Delivered);
    }

    [Fact]
    public async Task A_changed_mind_is_a_new_rating_and_so_is_changing_it_back()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        foreach (var stars in new[] { 1, 5, 1 })
        {
            await RateAsync($$"""{"stars":{{stars}}}""");
        }

        var order = await OrderAsync();
        order.Rating!.Stars.ShouldBe(1);
        order.Timeline.Where(entry => entry.Type == "order.rated").Select(entry => (entry.EventId, entry.Source))
            .ShouldBe([("o-1/rating/1", "/milepost/api"), ("o-1/rating/2", "/milepost/api"), ("o-1/rating/3", "/milepost/api")], ignoreOrder: true);
    }

    [Fact]
    public async Task Two_at_once_are_two_and_the_same_at_once_is_one()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => RateAsync($$"""{"stars":{{(index % 2) + 1}}}""")));
        answers.ShouldAllBe(answer => answer.StatusCode == HttpStatusCode.OK);
        (await OrderAsync()).Timeline.Count(entry => entry.Type == "order.rated").ShouldBeInRange(2, 6);

        await Guests.PlaceAsync(_server, "o-2", "ada");
        await Guests.StatusAsync(_server, "o-2", "delivered");
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => RateAsync("""{"stars":3}""", "o-2")));
        (await OrderAsync("o-2")).Timeline.Count(entry => entry.Type == "order.rated").ShouldBe(1);
    }

    [Fact]
    public async Task Only_what_was_delivered_is_rated_and_only_for_thirty_days()
    {
        using var early = await RateAsync("""{"stars":5}""");
        (early.StatusCode, await Guests.CodeAsync(early)).ShouldBe((HttpStatusCode.Conflict, "not_rateable"));
        await Guests.StatusAsync(_server, "o-1", "delivered", Guests.Now.AddDays(-30.1));
        using var late = await RateAsync("""{"stars":5}""");
        (late.StatusCode, await Guests.CodeAsync(late)).ShouldBe((HttpStatusCode.Conflict, "not_rateable"));
        await Guests.PlaceAsync(_server, "o-2", "ada");
        await Guests.StatusAsync(_server, "o-2", "cancelled");
        (await RateAsync("""{"stars":5}""", "o-2")).StatusCode.ShouldBe(HttpStatusCode.Conflict);
    }

    [Fact]
    public async Task Nobody_rates_somebody_elses_order()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        (await RateAsync("""{"stars":5}""", subject: "eve")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        var link = await Guests.ShareAsync(_server, "o-1", "ada");
        using var http = _server.Http(link.Token);
        (await http.PostAsync("/api/v1/acme/orders/o-1/rating", Json("""{"stars":5}"""))).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("""{"stars":0}""", "stars")]
    [InlineData("""{"stars":6}""", "stars")]
    [InlineData("""{}""", "stars")]
    [InlineData("""{"stars":5,"tags":[""]}""", "tags")]
    [InlineData("""{"stars":5,"tags":[null]}""", "tags")]
    [InlineData("""{"stars":5,"tags":["1","2","3","4","5","6","7","8","9","10","11"]}""", "tags")]
    public async Task What_is_no_rating_is_refused_with_the_field(string body, string field)
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        using var answer = await RateAsync(body);
        answer.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await answer.Content.ReadAsStringAsync()).ShouldContain($"\"field\":\"{field}\"");
    }

    [Fact]
    public async Task A_comment_has_at_most_five_hundred_characters()
    {
        await Guests.StatusAsync(_server, "o-1", "delivered");
        (await RateAsync($$"""{"stars":5,"comment":"{{new string('x', 501)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await RateAsync($$"""{"stars":5,"comment":"{{new string('x', 500)}}"}""")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_rating_goes_with_the_customer_who_is_erased_and_does_not_come_back()
    {
        await Guests.TellAsync(_server, "o-1", "order.status.changed", new { status = "delivered", proof = new { receivedBy = "Bob", leftAt = "the porch" } });
        await RateAsync("""{"stars":2,"comment":"never again"}""");
        await Guests.TellAsync(_server, "ada", "customer.erased", new { });
        var order = await OrderAsync();
        (order.Rating, order.Proof).ShouldBe((null, null));
        using var again = await RateAsync("""{"stars":2}""");
        (again.StatusCode, await Guests.CodeAsync(again)).ShouldBe((HttpStatusCode.Gone, "customer_erased"));
        (await OrderAsync()).Rating.ShouldBeNull();
    }

    [Fact]
    public async Task Nobody_tells_a_rating_as_an_event()
    {
        using var http = _server.Http(TestServer.Token("shop", "events:write"));
        var told = JsonSerializer.Serialize(new { specversion = "1.0", id = "r", source = "/test", type = "order.rated", subject = "o-1", data = new { stars = 5 } });
        using var answer = await http.PostAsync("/api/v1/acme/events", new StringContent(told, Encoding.UTF8, "application/cloudevents+json"));
        (answer.StatusCode, await Guests.CodeAsync(answer)).ShouldBe((HttpStatusCode.BadRequest, "unknown_event_type"));
    }

    private static StringContent Json(string text) => new(text, Encoding.UTF8, "application/json");

    private async Task<HttpResponseMessage> RateAsync(string body, string order = "o-1", string subject = "ada")
    {
        using var http = _server.Http(TestServer.Token(subject));
        return await http.PostAsync($"/api/v1/acme/orders/{order}/rating", Json(body));
    }

    private async Task<OrderDetails> OrderAsync(string order = "o-1")
    {
        using var answer = await Guests.GetAsync(_server, $"/api/v1/acme/orders/{order}", TestServer.Token("ada"));
        return JsonSerializer.Deserialize(await answer.Content.ReadAsStringAsync(), ProtocolJson.Default.OrderDetails)!;
    }
}
