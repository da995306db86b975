using System.Reflection;
using System.Text.RegularExpressions;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;
using Milepost.Protocol.Streams;

namespace Milepost.Protocol.Tests;

/// <summary>The numbered tables of the protocol and the page that publishes them.</summary>
public sealed partial class TablesTests
{
    private static readonly string Page = File.ReadAllText(Path.Combine(Root(), "docs", "protocol", "realtime.md"));

    [Fact]
    public void Error_codes_are_all_in_the_table_and_unique()
    {
        ErrorCode.All.ShouldBe(Fields<ErrorCode>(typeof(ErrorCode)), ignoreOrder: true);
        ErrorCode.All.Select(code => code.Code).ShouldBeUnique();
        ErrorCode.All.Select(code => code.Title).ShouldBeUnique();
    }

    [Fact]
    public void Error_codes_are_words_and_statuses_say_whether_to_retry()
    {
        foreach (var code in ErrorCode.All)
        {
            code.Code.ShouldMatch("^[a-z]+(_[a-z]+)*$");
            code.Status.ShouldBeInRange(400, 503);
            code.Retry.ShouldBe(code.Status is 408 or 429 or 500 or 502 or 503, code.Code);
        }
    }

    [Fact]
    public void Close_codes_are_all_in_the_table_and_unique()
    {
        CloseCode.All.ShouldBe(Fields<CloseCode>(typeof(CloseCode)), ignoreOrder: true);
        CloseCode.All.Select(code => code.Number).ShouldBeUnique();
        CloseCode.All.Select(code => code.Reason).ShouldBeUnique();
        CloseCode.All.ShouldAllBe(code => code.Number >= 4000 && code.Number <= 4199);
    }

    [Theory]
    [InlineData(1000, true)]
    [InlineData(1001, true)]
    [InlineData(1002, false)]
    [InlineData(1003, false)]
    [InlineData(1005, true)]
    [InlineData(1006, true)]
    [InlineData(1007, false)]
    [InlineData(1008, true)]
    [InlineData(1009, false)]
    [InlineData(1011, true)]
    [InlineData(3999, true)]
    [InlineData(4000, false)]
    [InlineData(4002, false)]
    [InlineData(4099, false)]
    [InlineData(4100, true)]
    [InlineData(4104, true)]
    [InlineData(4199, true)]
    public void A_close_code_says_whether_to_connect_again(int number, bool reconnect) => CloseCode.ShouldReconnect(number).ShouldBe(reconnect);

    [Fact]
    public void The_page_publishes_exactly_the_close_codes() =>
        CloseRow().Matches(Page).Select(row => (int.Parse(row.Groups["number"].Value), row.Groups["reason"].Value))
            .ShouldBe(CloseCode.All.Select(code => (code.Number, code.Reason)));

    [Fact]
    public void The_page_names_every_reset_code()
    {
        foreach (var code in Fields<string>(typeof(ResetCodes)))
        {
            Page.ShouldContain($"`{code}`");
        }
    }

    [Fact]
    public void The_page_names_every_frame_type()
    {
        var types = Fields<string>(typeof(FrameTypes)).ToList();
        types.ShouldBeUnique();
        foreach (var type in types)
        {
            (Page.Contains($"`{type}`", StringComparison.Ordinal) || Page.Contains($"{{\"type\":\"{type}\"", StringComparison.Ordinal)).ShouldBeTrue(type);
        }
    }

    [Fact]
    public void Every_type_in_the_page_s_frame_tables_is_a_frame_type()
    {
        var known = Fields<string>(typeof(FrameTypes)).ToHashSet(StringComparer.Ordinal);
        FrameJson().Matches(Page).Select(match => match.Groups["type"].Value).Where(type => !known.Contains(type)).ShouldBeEmpty();
    }

    [Fact]
    public void Event_types_from_outside_are_all_in_the_table() => EventTypes.All.ShouldBe(
        Fields<string>(typeof(EventTypes)).Where(type => type is not (EventTypes.NotificationRequested or EventTypes.OrderRated or EventTypes.OurSources) && !EventTypes.IsOurs(type)));

    private static IEnumerable<T> Fields<T>(Type table) =>
        table.GetFields(BindingFlags.Public | BindingFlags.Static).Where(field => field.FieldType == typeof(T)).Select(field => (T)field.GetValue(null)!);

    private static string Root()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory.FullName, "Milepost.slnx")))
        {
            directory = directory.Parent ?? throw new InvalidOperationException("the tests run outside of the repository");
        }

        return directory.FullName;
    }

    [GeneratedRegex(@"^\| (?<number>4\d{3}) \| `(?<reason>\w+)` \|", RegexOptions.Multiline | RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex CloseRow();

    [GeneratedRegex("\\{\"type\":\"(?<type>[a-z.]+)\"", RegexOptions.ExplicitCapture, 1_000)]
    private static partial Regex FrameJson();
}
