using System.Text;
using Milepost.Client.Streams;

namespace Milepost.Client.Tests.Streams;

/// <summary>The cases of the web platform tests' <c>eventsource/format-*</c>, as wire bodies. An event is written <c>type|data|id</c>.</summary>
public sealed class EventStreamParserTests
{
    public static TheoryData<string, string, string[]> Cases => new()
    {
        { "one line", "data:a\n\n", ["message|a|"] },
        { "format-bom", "\uFEFFdata:1\n\n\uFEFFdata:2\n\ndata:3\n\n", ["message|1|", "message|3|"] },
        { "format-bom-2", "\uFEFF\uFEFFdata:1\n\ndata:2\n\ndata:3\n\n", ["message|2|", "message|3|"] },
        { "format-comments", "data:1\n:\0\n:\r\ndata:2\n:" + new string('x', 3000) + "\rdata:3\n:data:fail\r:" + new string('x', 3000) + "\ndata:4\n\n", ["message|1\n2\n3\n4|"] },
        { "format-data-before-final-empty-line", "retry:1000\ndata:test1\n\nid:test\ndata:test2", ["message|test1|"] },
        { "format-field-data", "data:\n\ndata\ndata\n\ndata:test\n\n", ["message||", "message|\n|", "message|test|"] },
        { "format-field-event", "event:test\ndata:x\n\ndata:x\n\n", ["test|x|", "message|x|"] },
        { "format-field-event-empty", "event: \ndata:data\n\n", ["message|data|"] },
        { "format-field-id", "id: \u2026\ndata:hello\n\n", ["message|hello|\u2026"] },
        { "id stays until it changes", "id:1\ndata:a\n\ndata:b\n\nid\ndata:c\n\n", ["message|a|1", "message|b|1", "message|c|"] },
        { "format-field-id-null", "id:1\ndata:a\n\nid: \0\0\ndata:hello\n\n", ["message|a|1", "message|hello|1"] },
        { "an id without data still counts", "id:7\n\ndata:a\n\n", ["message|a|7"] },
        { "format-field-parsing", "data:\0\ndata:  2\rData:1\ndata\0:2\ndata:1\r\0data:4\nda-ta:3\rdata_5\ndata:3\rdata:\r\n data:32\ndata:4\n\n", ["message|\0\n 2\n1\n3\n\n4|"] },
        { "format-field-unknown", "data:test\n data\ndata\nfoobar:xxx\njustsometext\n:thisisacommentyay\ndata:test\n\n", ["message|test\n\ntest|"] },
        { "format-leading-space", "data:\ttest\rdata: \ndata:test\n\n", ["message|\ttest\n\ntest|"] },
        { "format-newlines", "data:test\r\ndata\ndata:test\r\n\r", ["message|test\n\ntest|"] },
        { "format-null-character", "data:\0\n\n\n\n", ["message|\0|"] },
        { "format-utf-8", "data:ok\u2026\n\n", ["message|ok\u2026|"] },
        { "event without data is none", "event:test\n\ndata:a\n\n", ["message|a|"] },
        { "only empty lines", "\n\n\r\n\r\r", [] },
        { "two colons", "data::a:b\n\n", ["message|:a:b|"] },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public void Whole_body_is_read_as_the_standard_says(string name, string body, string[] expected) =>
        Read(Encoding.UTF8.GetBytes(body), portion: int.MaxValue).ShouldBe(expected, ignoreOrder: false, customMessage: name);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Any_portions_give_the_same_events(string name, string body, string[] expected)
    {
        foreach (var portion in new[] { 1, 2, 3, 5, 7 })
        {
            Read(Encoding.UTF8.GetBytes(body), portion).ShouldBe(expected, ignoreOrder: false, customMessage: $"{name}, portions of {portion}");
        }
    }

    [Theory]
    [InlineData("retry:03000\n", 3000)]
    [InlineData("retry:3000\nretry:1000x\n", 3000)]
    [InlineData("retry:3000\nretry\n", 3000)]
    [InlineData("retry: 10\n", 10)]
    [InlineData("retry:-1\n", null)]
    [InlineData("retry:99999999999999999999\n", int.MaxValue)]
    [InlineData("data:a\n\n", null)]
    public void Retry_is_digits_only(string body, int? milliseconds)
    {
        var parser = new EventStreamParser();
        parser.Feed(Encoding.UTF8.GetBytes(body));
        parser.Retry.ShouldBe(milliseconds is { } value ? TimeSpan.FromMilliseconds(value) : null);
    }

    private static List<string> Read(byte[] body, int portion)
    {
        var parser = new EventStreamParser();
        var events = new List<string>();
        for (var at = 0; at < body.Length; at += Math.Min(portion, body.Length - at))
        {
            parser.Feed(body.AsSpan(at, Math.Min(portion, body.Length - at)));
            while (parser.TryTake(out var next))
            {
                events.Add($"{next.Type}|{next.Text}|{next.LastEventId}");
            }
        }

        return events;
    }
}
