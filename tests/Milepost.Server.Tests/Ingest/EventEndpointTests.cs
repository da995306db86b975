using System.Net;
using System.Text;
using Milepost.Protocol.Events;
using Milepost.Protocol.Orders;
using Milepost.Server.Testing;
using Milepost.Server.Tests.Api;

namespace Milepost.Server.Tests.Ingest;

/// <summary>One server for all of them: every test uses ids of its own.</summary>
public sealed class EventEndpointTests(EventEndpointTests.Shop shop) : IClassFixture<EventEndpointTests.Shop>
{
    private const string Structured = "application/cloudevents+json";
    private const string Batch = "application/cloudevents-batch+json";
    private static int _last;

    public sealed class Shop : IAsyncLifetime
    {
        private TestServer? _server;

        internal TestServer Server => _server!;

        internal HttpClient Http { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            _server = await TestServer.StartAsync();
            Http = _server.Http(TestServer.Token("shop", "events:write"));
        }

        public async ValueTask DisposeAsync()
        {
            Http.Dispose();
            await _server!.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_structured_event_is_recorded_and_its_repeat_is_a_duplicate_whatever_it_says()
    {
        var order = NewId();
        (await ReplyAsync(Event("e-1", order))).ShouldBe((1, 0, 0));
        (await ReplyAsync(Event("e-1", order))).ShouldBe((0, 1, 0));
        (await ReplyAsync(Event("e-1", order, type: "order.cancelled"))).ShouldBe((0, 1, 0));
        (await StatusAsync(order)).ShouldBe(OrderStatus.Placed);
    }

    [Fact]
    public async Task A_binary_event_has_its_attributes_in_percent_encoded_headers()
    {
        var order = NewId();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/acme/events") { Content = new StringContent("""{"note":"late"}""", Encoding.UTF8, "application/json") };
        foreach (var (name, value) in ((string, string)[])
                 [("ce-specversion", "1.0"), ("ce-id", "caf%C3%A9%20%22%25%22"), ("CE-Source", "/shops/1"), ("ce-type", "order.paid"), ("ce-subject", order), ("ce-time", "2026-11-01T18:00:00%2B01:00")])
        {
            request.Headers.TryAddWithoutValidation(name, value).ShouldBeTrue();
        }

        using var answer = await shop.Http.SendAsync(request);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var staff = shop.Server.Http(TestServer.Token("op", "operator"));
        var details = (await (await staff.GetAsync($"/api/v1/acme/orders/{order}")).JsonAsync<OrderDetails>())!;
        details.Timeline.Single().EventId.ShouldBe("café \"%\"");
        details.Timeline.Single().Time.ShouldBe(new DateTimeOffset(2026, 11, 1, 17, 0, 0, TimeSpan.Zero));
    }

    /// <summary>After the examples of the CloudEvents JSON event format 1.0.2, sections 3 and 3.1.1, with our types.</summary>
    [Theory]
    [InlineData("""{"specversion":"1.0","type":"order.paid","source":"/mycontext","subject":"@","id":"A234-1234-1234","time":"2018-04-05T17:31:00Z","comexampleextension1":"value","comexampleothervalue":5,"datacontenttype":"application/json","data":{"appinfoA":"abc","appinfoB":123,"appinfoC":true}}""")]
    [InlineData("""{"specversion":"1.0","type":"order.paid","source":"/mycontext/4","subject":"@","id":"B234-1234-1234","time":"2018-04-05T17:31:00Z","comexampleextension1":"value","unsetextension":null,"datacontenttype":"application/vnd.apache.thing+json","data_base64":"eyJub3RlIjoieCJ9"}""")]
    [InlineData("""{"specversion":"1.0","type":"order.paid","source":"https://example.org/a?b=c#d","subject":"@","id":"C","datacontenttype":null,"time":null,"data":null}""")]
    [InlineData("""{"specversion":"1.0","type":"order.paid","source":"urn:uuid:6e8bc430-9c3a-11d9-9669-0800200c9a66","subject":"@","id":"D","dataschema":"https://example.org/schema","data_base64":null,"data":{}}""")]
    public async Task Examples_of_the_json_format_are_taken(string text) => (await ReplyAsync(text.Replace("@", NewId(), StringComparison.Ordinal))).ShouldBe((1, 0, 0));

    [Theory]
    [InlineData("""{"specversion":"1.0","id":"x"}""", "missing_field", "source")]
    [InlineData("""{}""", "missing_field", "specversion")]
    [InlineData("""[]""", "invalid_event", null)]
    [InlineData("""null""", "invalid_event", null)]
    [InlineData("""[{}]""", "invalid_event", null)]
    [InlineData("""{"a":1,"a":2}""", "duplicate_key", null)]
    [InlineData("""{"a":1,"\u0061":2}""", "duplicate_key", null)]
    [InlineData("""{"b":{"a":1,"\u0061":2}}""", "duplicate_key", null)]
    [InlineData("""{"a":"\ud800"}""", "invalid_text", null)]
    [InlineData("""{"a":"\udc00\ud800"}""", "invalid_text", null)]
    [InlineData("""{"\ud800":1}""", "invalid_text", null)]
    public async Task A_text_that_is_no_event_is_refused(string text, string code, string? field)
    {
        using var answer = await PostAsync(text);
        var problem = await answer.ProblemAsync();
        (problem.Code, problem.Field, problem.Status).ShouldBe((code, field, 400));
    }

    [Theory]
    [InlineData("specversion", "\"0.3\"", "invalid_event")]
    [InlineData("specversion", "1.0", "invalid_field")]
    [InlineData("id", "7", "invalid_field")]
    [InlineData("id", "\"\"", "invalid_field")]
    [InlineData("id", "null", "missing_field")]
    [InlineData("id", "\"a\\u0000b\"", "invalid_field")]
    [InlineData("id", "\"line\\nline\"", "invalid_field")]
    [InlineData("source", "\"\"", "invalid_field")]
    [InlineData("source", "\"not a uri\"", "invalid_field")]
    [InlineData("source", "{}", "invalid_field")]
    [InlineData("type", "\"order.exploded\"", "unknown_event_type")]
    [InlineData("type", "\"Order.Placed\"", "unknown_event_type")]
    [InlineData("type", "[]", "invalid_field")]
    [InlineData("subject", "\"a/b\"", "invalid_field")]
    [InlineData("subject", "\"a b\"", "invalid_field")]
    [InlineData("subject", "true", "invalid_field")]
    [InlineData("subject", "null", "missing_field")]
    [InlineData("time", "\"yesterday\"", "invalid_time")]
    [InlineData("time", "\"2026-02-30T00:00:00Z\"", "invalid_time")]
    [InlineData("time", "\"2026-11-01T18:00:00\"", "invalid_time")]
    [InlineData("time", "1795284000", "invalid_time")]
    [InlineData("time", "\"1999-12-31T23:59:59Z\"", "invalid_time")]
    [InlineData("time", "\"9998-01-01T00:00:00Z\"", "invalid_time")]
    [InlineData("datacontenttype", "\"text/xml\"", "invalid_field")]
    [InlineData("datacontenttype", "7", "invalid_field")]
    [InlineData("data_base64", "\"e30=\"", "invalid_field")]
    [InlineData("data", "[]", "invalid_field")]
    [InlineData("data", "\"text\"", "invalid_field")]
    public async Task A_wrong_attribute_is_named(string field, string value, string code)
    {
        using var answer = await PostAsync(Event(NewId(), NewId(), extra: $"\"{field}\":{value}", without: field));
        var problem = await answer.ProblemAsync();
        (problem.Code, problem.Field, problem.Status, problem.Retry).ShouldBe((code, field, 400, false));
    }

    [Theory]
    [InlineData("order.status.changed", """{"status":"exploded"}""", "unknown_status", "data.status")]
    [InlineData("order.status.changed", """{"status":"Paid"}""", "unknown_status", "data.status")]
    [InlineData("order.status.changed", """{"status":5}""", "invalid_field", "data.status")]
    [InlineData("order.status.changed", """{}""", "missing_field", "data.status")]
    [InlineData("order.status.changed", """{"status":"paid","correction":"yes"}""", "invalid_field", "data.correction")]
    [InlineData("order.status.changed", """{"status":"paid","note":7}""", "invalid_field", "data.note")]
    [InlineData("order.placed", """{"customer":"c-1"}""", "invalid_field", "data.customer")]
    [InlineData("order.placed", """{"customer":{}}""", "missing_field", "data.customer.id")]
    [InlineData("order.placed", """{"customer":{"id":"a b"}}""", "invalid_field", "data.customer.id")]
    [InlineData("order.placed", """{"customer":{"id":"c","email":[]}}""", "invalid_field", "data.customer.email")]
    [InlineData("order.placed", """{"items":{}}""", "invalid_field", "data.items")]
    [InlineData("order.placed", """{"items":[{"name":"a"},7]}""", "invalid_field", "data.items[1]")]
    [InlineData("order.placed", """{"items":[{}]}""", "missing_field", "data.items[0].name")]
    [InlineData("order.placed", """{"items":[{"name":"a","quantity":0}]}""", "invalid_field", "data.items[0].quantity")]
    [InlineData("order.placed", """{"items":[{"name":"a","quantity":1.5}]}""", "invalid_field", "data.items[0].quantity")]
    [InlineData("order.placed", """{"items":[{"name":"a","quantity":1e400}]}""", "invalid_field", "data.items[0].quantity")]
    [InlineData("order.placed", """{"items":[{"name":"a","price":"1,50"}]}""", "invalid_field", "data.items[0].price")]
    [InlineData("order.placed", """{"total":{"amount":1}}""", "missing_field", "data.total.currency")]
    [InlineData("order.placed", """{"total":{"currency":"EUR"}}""", "missing_field", "data.total.amount")]
    [InlineData("order.placed", """{"total":{"amount":1,"currency":"eur"}}""", "invalid_field", "data.total.currency")]
    [InlineData("order.placed", """{"total":{"amount":1e300,"currency":"EUR"}}""", "invalid_field", "data.total.amount")]
    [InlineData("order.placed", """{"destination":{"lat":91}}""", "invalid_field", "data.destination.lat")]
    [InlineData("order.placed", """{"destination":{"lon":"5"}}""", "invalid_field", "data.destination.lon")]
    [InlineData("order.eta.updated", """{}""", "missing_field", "data.eta")]
    [InlineData("order.eta.updated", """{"eta":"soon"}""", "invalid_time", "data.eta")]
    [InlineData("order.eta.updated", """{"eta":"2026-11-01T18:00:00Z","from":"2026-11-01T19:00:00Z","to":"2026-11-01T18:00:00Z"}""", "invalid_time", "data.from")]
    [InlineData("order.driver.assigned", """{}""", "missing_field", "data.driver")]
    [InlineData("order.driver.assigned", """{"driver":{"name":"Ada"}}""", "missing_field", "data.driver.id")]
    [InlineData("order.note.added", """{}""", "missing_field", "data.note")]
    [InlineData("order.note.added", """{"note":"a\u0007"}""", "invalid_field", "data.note")]
    [InlineData("order.cancelled", """{"reason":{}}""", "invalid_field", "data.reason")]
    [InlineData("customer.updated", """{"email":5}""", "invalid_field", "data.email")]
    public async Task A_wrong_field_of_the_data_is_named(string type, string data, string code, string field)
    {
        using var answer = await PostAsync(Event(NewId(), NewId(), type, data));
        var problem = await answer.ProblemAsync();
        (problem.Code, problem.Field, problem.Status).ShouldBe((code, field, 400));
    }

    [Fact]
    public async Task Sixty_four_levels_are_taken_and_sixty_five_are_too_deep()
    {
        // The event itself and its data are the first two.
        static string Deep(int levels) => "{\"x\":" + string.Concat(Enumerable.Repeat("[", levels - 2)) + string.Concat(Enumerable.Repeat("]", levels - 2)) + "}";
        (await ReplyAsync(Event(NewId(), NewId(), data: Deep(64)))).ShouldBe((1, 0, 0));
        (await (await PostAsync(Event(NewId(), NewId(), data: Deep(65)))).ProblemAsync()).Code.ShouldBe("too_deep");
        (await (await PostAsync(new string('[', 500_000))).ProblemAsync()).Status.ShouldBe(400);
        (await (await PostAsync(new string('[', 500_000), Batch)).ProblemAsync()).Status.ShouldBe(400);
    }

    [Fact]
    public async Task A_batch_keeps_its_good_events_and_names_its_bad_ones()
    {
        var order = NewId();
        var id = NewId();
        var texts = (string[])[Event(id, order), "7", Event("b", order, type: "x"), Event(id, order), "{\"id\":\"\\ud800\"}", Event("c", "a/b"), "{\"id\":\"d\",\"id\":\"d\"}", Event("f", order, "order.status.changed", "{\"status\":\"paid\"}")];
        using var answer = await PostAsync("[" + string.Join(" ,\n", texts) + "]", Batch);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        var reply = (await answer.JsonAsync<RecordReply>())!;
        (reply.Accepted, reply.Duplicates).ShouldBe((2, 1));
        reply.Rejected.Select(rejected => (rejected.Index, rejected.Id, rejected.Code, rejected.Field)).ShouldBe(
        [
            (1, null, "invalid_event", null), (2, "b", "unknown_event_type", "type"), (4, null, "invalid_text", null), (5, "c", "invalid_field", "subject"), (6, null, "duplicate_key", null),
        ]);
        (await StatusAsync(order)).ShouldBe(OrderStatus.Paid);
    }

    [Fact]
    public async Task A_batch_of_which_nothing_is_good_is_an_error_with_all_reasons()
    {
        using var answer = await PostAsync("[7,{}]", Batch);
        var problem = await answer.ProblemAsync();
        problem.Code.ShouldBe("nothing_accepted");
        problem.Rejected!.Select(rejected => (rejected.Index, rejected.Code)).ShouldBe([(0, "invalid_event"), (1, "missing_field")]);
    }

    [Fact]
    public async Task A_batch_holds_a_thousand_events_and_no_more()
    {
        var order = NewId();
        static string Many(int count, string order) => "[" + string.Join(',', Enumerable.Range(0, count).Select(index => Event($"{order}-{index}", $"{order}-{index % 7}", data: "{}"))) + "]";
        (await ReplyAsync(Many(1_000, order), Batch)).ShouldBe((1_000, 0, 0));
        using var answer = await PostAsync(Many(1_001, order), Batch);
        (answer.StatusCode, (await answer.ProblemAsync()).Code).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "batch_too_large"));
        (await ReplyAsync("[]", Batch)).ShouldBe((0, 0, 0));
    }

    [Fact]
    public async Task A_body_over_a_mebibyte_is_too_large()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/acme/events") { Content = new StringContent(new string(' ', (1024 * 1024) + 1), Encoding.UTF8, Structured) };
        request.Headers.ExpectContinue = true;
        using var answer = await shop.Http.SendAsync(request);
        (answer.StatusCode, (await answer.ProblemAsync()).Code).ShouldBe((HttpStatusCode.RequestEntityTooLarge, "body_too_large"));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json")]
    [InlineData("application/cloudevents+xml")]
    [InlineData("application/cloudevents+json; charset=utf-16")]
    [InlineData("nonsense")]
    public async Task Another_content_type_is_unsupported(string contentType)
    {
        using var answer = await PostAsync(Event(NewId(), NewId()), contentType);
        (answer.StatusCode, (await answer.ProblemAsync()).Code).ShouldBe((HttpStatusCode.UnsupportedMediaType, "unsupported_media_type"));
    }

    [Theory]
    [InlineData("application/cloudevents+json; charset=utf-8")]
    [InlineData("application/cloudevents+json;charset=\"UTF-8\"")]
    [InlineData("Application/CloudEvents+JSON")]
    public async Task The_content_type_may_be_written_as_http_allows(string contentType) => (await ReplyAsync(Event(NewId(), NewId()), contentType)).ShouldBe((1, 0, 0));

    [Fact]
    public async Task A_compressed_body_is_not_read_as_something_else()
    {
        using var packed = new MemoryStream();
        await using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(Encoding.UTF8.GetBytes(Event(NewId(), NewId())));
        }

        using var content = new ByteArrayContent(packed.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", Structured);
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await shop.Http.PostAsync("/api/v1/acme/events", content);
        (await answer.ProblemAsync()).Status.ShouldBeOneOf(400, 415);
    }

    [Fact]
    public async Task An_id_cut_in_the_middle_of_a_character_can_be_answered()
    {
        using var answer = await PostAsync($"[{Event("a" + string.Concat(Enumerable.Repeat("\ud83d\ude00", 300)), NewId())}]", Batch);
        var rejected = (await answer.ProblemAsync()).Rejected!.Single();
        (rejected.Code, rejected.Field).ShouldBe(("invalid_field", "id"));
    }

    public static TheoryData<string> Malformed =>
    [
        "", " ", "\n", "{", "}", "[", "]", "[,]", "[1,]", "[1,,2]", "[1 2]", "[1:2]", "{,}", "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "{'a':1}", "{1:1}", "{\"a\":1 \"b\":2}", "{\"a\":1}}", "{\"a\":1}]",
        "{}{}", "{} x", "[]]", "nul", "nulll", "True", "tru", "NaN", "Infinity", "-Infinity", "undefined", "+1", "01", "-", "-01", "1.", ".5", "1e", "1e+", "0x1F", "1_000", "--1", "1.2.3", "\"", "\"a", "'a'", "\"\\x41\"", "\"\\u12\"",
        "\"\\u12G4\"", "\"\\\"", "\"\t\"", "\"\n\"", "\"\0\"", "{\"a\":\"\\\"}", "/* c */ {}", "{} // c", "{\"a\":1/**/}", "#", "<xml/>", "a=b", "---\na: 1", "\ufeff{}", "\u00a0{}", "\u2028{}", "{\"a\":\ud7ff}", "[\"a\",\n4\n,1,", "[1e1000", "{\"a\":[}",
        "[{\"a\":1]}", "[[[[[[", "{\"a\":{\"a\":{\"a\":", "\\u007b\\u007d", "\"\\ud800\\\"", "[\"\\ud800\\u\"]", "{\"\\u\":1}", "*", "\u007f", "[\u0001]", "{\"a\":true false}", "[tru]", "[nul]", "[-]", "[.1]", "[0e]", "[1+2]", "[\"x\"\"y\"]",
    ];

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_json_is_malformed_json(string text)
    {
        (await (await PostAsync(text)).ProblemAsync()).Code.ShouldBe("malformed_json");
        var batch = await (await PostAsync("[1," + text, Batch)).ProblemAsync();
        batch.Status.ShouldBe(400);
        using var binary = new HttpRequestMessage(HttpMethod.Post, "/api/v1/acme/events") { Content = new StringContent("{\"x\":[" + text, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in ((string, string)[])[("ce-specversion", "1.0"), ("ce-id", "x"), ("ce-source", "/s"), ("ce-type", "order.paid"), ("ce-subject", "o")])
        {
            binary.Headers.Add(name, value);
        }

        (await (await shop.Http.SendAsync(binary)).ProblemAsync()).Status.ShouldBe(400);
    }

    [Theory]
    [InlineData("7B2261223A22FF227D")] // a byte that UTF-8 does not have
    [InlineData("7B2261223A22C0AF227D")] // overlong
    [InlineData("7B2261223A22EDA080227D")] // an encoded surrogate
    [InlineData("7B2261223A22F4908080227D")] // beyond U+10FFFF
    [InlineData("7B2261223A22E282227D")] // cut off
    [InlineData("FEFF007B007D")] // UTF-16
    public async Task Bytes_that_are_no_utf_8_are_invalid_text(string hex) =>
        (await (await PostAsync(Convert.FromHexString(hex), Structured)).ProblemAsync()).Code.ShouldBe("invalid_text");

    [Fact]
    public async Task Two_thousand_spoilt_bodies_are_answered_by_one_of_four_statuses()
    {
        var random = new Random(20261121);
        byte[][] sources =
        [
            Encoding.UTF8.GetBytes(Event("f-1", "fuzz-1", data: """{"customer":{"id":"c-f","name":"Grün \ud83d\ude00"},"items":[{"name":"a","quantity":2,"price":"1.50"}],"total":{"amount":12.5,"currency":"EUR"},"destination":{"lat":52.5,"lon":13.4}}""")),
            Encoding.UTF8.GetBytes(Event("f-2", "fuzz-1", "order.status.changed", """{"status":"out_for_delivery","correction":true,"note":"a\nb"}""")),
            Encoding.UTF8.GetBytes("[" + Event("f-3", "fuzz-2") + "," + Event("f-4", "fuzz-2", "order.eta.updated", """{"eta":"2026-11-01T18:00:00Z"}""") + "]"),
        ];
        for (var round = 0; round < 2_000; round++)
        {
            var body = Spoil(sources[random.Next(sources.Length)], sources[random.Next(sources.Length)], random);
            using var answer = await PostAsync(body, random.Next(2) == 0 ? Structured : Batch);
            ((int)answer.StatusCode).ShouldBeOneOf([202, 400, 413, 415], $"round {round}: {Convert.ToHexString(body)}");
            if (answer.StatusCode != HttpStatusCode.Accepted)
            {
                await answer.ProblemAsync();
            }
        }
    }

    private static byte[] Spoil(byte[] body, byte[] other, Random random)
    {
        var spoilt = body.ToArray();
        for (var time = random.Next(1, 4); time > 0; time--)
        {
            switch (random.Next(5))
            {
                case 0:
                    spoilt[random.Next(spoilt.Length)] ^= (byte)(1 << random.Next(8));
                    break;
                case 1:
                    spoilt[random.Next(spoilt.Length)] = (byte)random.Next(256);
                    break;
                case 2:
                    spoilt = spoilt[..random.Next(1, spoilt.Length + 1)];
                    break;
                case 3:
                    spoilt = [.. spoilt[..random.Next(spoilt.Length)], .. other[random.Next(other.Length)..]];
                    spoilt = spoilt.Length == 0 ? [0] : spoilt;
                    break;
                default:
                    var from = random.Next(spoilt.Length);
                    spoilt = [.. spoilt[..from], .. spoilt[random.Next(from + 1)..]];
                    break;
            }
        }

        return spoilt;
    }

    private static string NewId() => $"t-{Interlocked.Increment(ref _last)}";

    private static string Event(string id, string subject, string type = "order.placed", string? data = null, string? extra = null, string? without = null)
    {
        var fields = new List<(string Name, string Text)>
        {
            ("specversion", "\"1.0\""), ("id", $"\"{id}\""), ("source", "\"/shops/1\""), ("type", $"\"{type}\""), ("subject", $"\"{subject}\""), ("data", data ?? "{\"customer\":{\"id\":\"c-1\"}}"),
        };
        fields.RemoveAll(field => field.Name == without);
        return "{" + string.Join(",", fields.Select(field => $"\"{field.Name}\":{field.Text}").Concat(extra is null ? [] : [extra])) + "}";
    }

    private Task<HttpResponseMessage> PostAsync(string text, string contentType = Structured) => PostAsync(Encoding.UTF8.GetBytes(text), contentType);

    private async Task<HttpResponseMessage> PostAsync(byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        return await shop.Http.PostAsync("/api/v1/acme/events", content);
    }

    private async Task<(int Accepted, int Duplicates, int Rejected)> ReplyAsync(string text, string contentType = Structured)
    {
        using var answer = await PostAsync(text, contentType);
        answer.StatusCode.ShouldBe(HttpStatusCode.Accepted, await answer.Content.ReadAsStringAsync());
        var reply = (await answer.JsonAsync<RecordReply>())!;
        return (reply.Accepted, reply.Duplicates, reply.Rejected.Count);
    }

    private async Task<OrderStatus> StatusAsync(string order)
    {
        using var staff = shop.Server.Http(TestServer.Token("op", "operator"));
        return (await (await staff.GetAsync($"/api/v1/acme/orders/{order}")).JsonAsync<OrderDetails>())!.Status;
    }
}
