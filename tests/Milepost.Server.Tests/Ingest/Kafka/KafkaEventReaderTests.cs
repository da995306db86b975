using System.Text;
using Milepost.Core.DeadLetters;
using Milepost.Protocol.Orders;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>Messages as events, by the CloudEvents Kafka binding 1.0.2 and by declared mappings.</summary>
public sealed class KafkaEventReaderTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Sent = Now.AddMinutes(-7);

    private static readonly string[] Mapping =
    [
        "source = '/legacy'",
        "id = $.event.id",
        "subject = $key",
        "order_paid type = 'order.paid'",
        "order_paid data.customer.id = $.users[0].id",
        "order_paid data.customer.email = $.users[0].mail",
        "order_paid time = $.paidAt",
        "order_status_updated type = 'order.status.changed'",
        "order_status_updated tenant = $header.shop",
        "order_status_updated data.status = $.state | PACKED > preparing | 7 > delivered",
        "order_status_updated id = $position",
    ];

    [Theory]
    [InlineData("application/cloudevents+json")]
    [InlineData("application/cloudevents+json; charset=utf-8")]
    [InlineData(null)]
    public void Structured(string? contentType)
    {
        var read = Read(Event("1"), headers: contentType is null ? [] : [("content-type", contentType)]);

        read.Rejection.ShouldBeNull();
        (read.Event!.Id, read.Event.Subject, read.Event.Status, read.Event.Tenant).ShouldBe(("1", "o-1", OrderStatus.Paid, "acme"));
    }

    [Fact]
    public void Binary()
    {
        var read = Read("""{"note":"thanks"}""", headers:
        [
            ("ce_specversion", "1.0"), ("ce_id", "café \"%\""), ("ce_source", "/s"), ("ce_type", "order.paid"), ("ce_subject", "o-9"),
            ("ce_time", "2026-11-01T18:00:00+01:00"), ("content-type", "application/json"),
        ]);

        read.Rejection.ShouldBeNull();
        (read.Event!.Id, read.Event.Subject, read.Event.Note).ShouldBe(("café \"%\"", "o-9", "thanks"));
        read.Event.Time.ShouldBe(new DateTimeOffset(2026, 11, 1, 17, 0, 0, TimeSpan.Zero));
    }

    [Fact]
    public void Mapped()
    {
        var read = Read("""{"event":{"id":4711},"users":[{"id":17,"mail":"a@b.c"}],"paidAt":1763740800000}""", key: "o-5", mapping: Mapping);

        read.Rejection.ShouldBeNull();
        (read.Event!.Type, read.Event.Id, read.Event.Subject, read.Event.Source).ShouldBe(("order.paid", "4711", "o-5", "/legacy"));
        (read.Event.Customer!.Id, read.Event.Customer.Email).ShouldBe(("17", "a@b.c"));
        read.Event.Time.ShouldBe(new DateTimeOffset(2025, 11, 21, 16, 0, 0, TimeSpan.Zero));
    }

    [Theory]
    [InlineData("\"PACKED\"", OrderStatus.Preparing)]
    [InlineData("\"7\"", OrderStatus.Delivered)]
    [InlineData("\"shipped\"", null)]
    public void Their_words_become_ours(string state, OrderStatus? status)
    {
        var read = Read($$"""{"state":{{state}}}""", topic: "order_status_updated", key: "o-5", tenant: "", mapping: Mapping, headers: [("shop", "berlin")]);

        (read.Event?.Status, read.Rejection?.Code.Code).ShouldBe((status, status is null ? "unknown_status" : null));
        (read.Tenant, read.Event?.Id).ShouldBe(("berlin", status is null ? null : "order_status_updated/2/40"));
    }

    [Fact]
    public void A_cloud_event_in_a_mapped_topic_is_one() => Read(Event("1"), mapping: Mapping).Event!.Source.ShouldBe("/shop");

    [Theory]
    [InlineData("", null, "missing_field")]
    [InlineData("", "\"berlin\"", null)]
    [InlineData("", "\"Berlin!\"", "invalid_field")]
    [InlineData("", "7", "missing_field")]
    [InlineData("acme", "\"acme\"", null)]
    [InlineData("acme", "\"other\"", "wrong_tenant")]
    public void The_tenant_is_the_installations_or_the_messages_own(string constant, string? told, string? code)
    {
        var read = Read(Event("1", told is null ? "" : $",\"tenant\":{told}"), tenant: constant);

        read.Rejection?.Code.Code.ShouldBe(code);
        read.Event?.Tenant.ShouldBe(code is null ? constant.Length > 0 ? constant : "berlin" : null);
    }

    [Fact]
    public void An_event_without_a_time_happened_when_it_was_sent()
    {
        var text = """{"specversion":"1.0","id":"1","source":"/s","type":"order.paid","subject":"o-1"}""";

        Read(text).Event!.Time.ShouldBe(Sent);
        Read(text, sent: Now.AddHours(1)).Event!.Time.ShouldBe(Now, "a producer's clock that runs ahead is not believed");
        Read(text, sent: DateTimeOffset.UnixEpoch).Event!.Time.ShouldBe(Now);
    }

    [Fact]
    public void What_is_no_event_says_why()
    {
        Read(null).Rejection!.Code.Code.ShouldBe("invalid_event");
        Read("").Rejection!.Code.Code.ShouldBe("malformed_json");
        Read("[" + Event("1") + "]", headers: [("content-type", "application/cloudevents-batch+json")]).Rejection!.Code.Code.ShouldBe("unsupported_media_type");
        Read("{}", mapping: Mapping).Rejection.ShouldNotBeNull().Field.ShouldBe("id");
        Read("{", mapping: Mapping).Rejection!.Code.Code.ShouldBe("malformed_json");
        Read(new string(' ', 2 * 1024 * 1024)).Rejection!.Code.Code.ShouldBe("body_too_large");
        Read("{}", headers: [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_id", "2")]).Rejection!.Code.Code.ShouldBe("duplicate_key");
        Read("x", headers: [("ce_specversion", "1.0"), ("content-type", "text/plain")]).Rejection!.Field.ShouldBe("Content-Type");
    }

    /// <summary>After the n_ cases of JSONTestSuite, and values that are JSON and no event.</summary>
    [Theory]
    [InlineData("[1 true]")]
    [InlineData("[a\u00e5]")]
    [InlineData("[\"\":1]")]
    [InlineData("[\"\"],")]
    [InlineData("[1,]")]
    [InlineData("[1,,2]")]
    [InlineData("[\"x\"")]
    [InlineData("[x")]
    [InlineData("[-01]")]
    [InlineData("[0x1]")]
    [InlineData("[.123]")]
    [InlineData("[1.]")]
    [InlineData("[NaN]")]
    [InlineData("[Infinity]")]
    [InlineData("[\"\\u00A\"]")]
    [InlineData("[\"\\uD800\\\"]")]
    [InlineData("[\"new\nline\"]")]
    [InlineData("{\"a\":true} \"x\"")]
    [InlineData("{\"a\"")]
    [InlineData("{\"a\":\"a\" 123}")]
    [InlineData("{'a':0}")]
    [InlineData("{\"a\":\"b\",,}")]
    [InlineData("{\"a\":/*comment*/\"b\"}")]
    [InlineData("{\"a\":\"b\"}#")]
    [InlineData("<null>")]
    [InlineData("nul")]
    [InlineData("\ufeff{}")]
    [InlineData("\u2060")]
    [InlineData("[\"\\uDADA\"]")]
    [InlineData("true")]
    [InlineData("\"text\"")]
    [InlineData("[]")]
    public void What_is_not_json_or_no_object_is_refused_in_every_mode(string text)
    {
        Read(text).Rejection.ShouldNotBeNull();
        Read(text, mapping: Mapping).Rejection.ShouldNotBeNull();
        Read(text, headers: [("ce_specversion", "1.0"), ("ce_id", "1"), ("ce_source", "/s"), ("ce_type", "order.paid"), ("ce_subject", "o"), ("content-type", "application/json")])
            .Rejection.ShouldNotBeNull();
    }

    [Theory]
    [InlineData("id $.a", "is written as")]
    [InlineData("a b c = $.a", "is written as")]
    [InlineData("color = $.a", "'color' is not a field")]
    [InlineData("data = $.a", "'data' is not a field")]
    [InlineData("data..x = $.a", "'data..x' is not a field")]
    [InlineData("id = a.b", "'a.b' is not a source")]
    [InlineData("id = $.a[x]", "'$.a[x]' is not a source")]
    [InlineData("id = $.", "'$.' is not a source")]
    [InlineData("id = $.a | x", "'x' is not a translation")]
    [InlineData("orders id = $.a", "orders is not one of Kafka:Topics")]
    public void A_wrong_mapping_says_what_is_wrong(string line, string problem)
    {
        var errors = new List<string>();

        FieldMapping.Parse([line], ["order_paid"], errors);

        errors.ShouldHaveSingleItem().ShouldContain(problem);
    }

    [Fact]
    public void A_mapping_must_give_what_an_event_must_have()
    {
        var errors = new List<string>();

        FieldMapping.Parse(["id = $.id", "source = '/s'", "order_paid type = 'order.paid'", "order_paid id = $.x", "order_paid id = $.y"], ["order_paid", "other"], errors);
        errors.ShouldHaveSingleItem().ShouldContain("id has a source already");

        errors.Clear();
        FieldMapping.Parse(["id = $.id", "source = '/s'", "order_paid type = 'order.paid'"], ["order_paid", "other"], errors);
        errors.ShouldBe(["Kafka:Mapping: order_paid has no source for subject.", "Kafka:Mapping: other has no source for subject.", "Kafka:Mapping: other has no source for type."], ignoreOrder: true);
    }

    private static string Event(string id, string more = "") =>
        $$"""{"specversion":"1.0","id":"{{id}}","source":"/shop","type":"order.paid","subject":"o-1","time":"2026-11-21T17:00:00Z"{{more}}}""";

    private static ReadMessage Read(
        string? text, string topic = "order_paid", string? key = null, string tenant = "acme", string[]? mapping = null, (string, string)[]? headers = null, DateTimeOffset? sent = null)
    {
        var errors = new List<string>();
        var options = new KafkaOptions { Tenant = tenant };
        var reader = new KafkaEventReader(options, FieldMapping.Parse(mapping ?? [], options.Topics, errors));
        errors.ShouldBeEmpty();
        return reader.Read(
            new TopicMessage
            {
                Topic = topic,
                Partition = 2,
                Offset = 40,
                Time = sent ?? Sent,
                Key = key is null ? null : Encoding.UTF8.GetBytes(key),
                Headers = [.. (headers ?? []).Select(header => new TopicHeader(header.Item1, Encoding.UTF8.GetBytes(header.Item2)))],
                Value = text is null ? null : Encoding.UTF8.GetBytes(text),
            },
            Now);
    }
}
