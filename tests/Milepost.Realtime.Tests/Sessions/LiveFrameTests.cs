using System.Text;
using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Tests.Sessions;

/// <summary>What is shown only to who is there: newest wins, in the order of the entries, each audience its own.</summary>
public sealed class LiveFrameTests
{
    private const string Label = "order:a";
    private static readonly StreamName Stream = TestNode.Stream(Label);

    [Fact]
    public async Task Who_follows_now_is_shown_it_without_offset_and_cursor()
    {
        var node = new TestNode();
        var connection = node.Follow(null, Label);
        await connection.NextAsync("ready");
        node.Hub.Publish(Stream, Frame(0, 1));

        var frame = await connection.NextAsync("live");
        (frame.Stream, frame.Offset, frame.Cursor).ShouldBe((Label, null, null));
    }

    [Fact]
    public async Task Who_comes_later_is_not_shown_it()
    {
        var node = new TestNode();
        node.Hub.Publish(Stream, Frame(0, 1));
        var connection = node.Follow("earliest", Label);

        (await SettledAsync(connection)).ShouldNotContain(arrived => arrived.Type == "live");
    }

    [Fact]
    public async Task A_reader_that_is_slow_gets_the_newest_only()
    {
        var node = new TestNode();
        var connection = node.Connect(paused: true);
        connection.Follow(null, Label);
        var body = new string('x', 2_000);
        for (var moment = 1; moment <= 500; moment++)
        {
            node.Hub.Publish(Stream, Frame(0, moment, body));
        }

        connection.Resume();
        var moments = (await SettledAsync(connection)).Where(arrived => arrived.Type == "live").Select(Moment).ToList();
        moments.ShouldBeInOrder();
        moments.ShouldBeUnique();
        moments[^1].ShouldBe(500);
        moments.Count.ShouldBeLessThan(100);
    }

    [Fact]
    public async Task An_older_or_doubled_one_is_not_shown()
    {
        var node = new TestNode();
        var connection = node.Follow(null, Label);
        await connection.NextAsync("ready");
        foreach (var moment in (int[])[5, 4, 5, 6])
        {
            node.Hub.Publish(Stream, Frame(0, moment));
            await SettledAsync(connection);
        }

        connection.History.Where(arrived => arrived.Type == "live").Select(Moment).ShouldBe([5, 6]);
    }

    [Fact]
    public async Task Whoever_has_read_further_than_it_was_judged_is_not_shown_it()
    {
        var node = new TestNode();
        var connection = node.Follow(null, Label);
        await connection.NextAsync("ready");
        node.Publish(Label);
        node.Publish(Label);
        node.Hub.Publish(Stream, Frame(1, 1));
        await SettledAsync(connection);
        node.Hub.Publish(Stream, Frame(2, 2));
        await SettledAsync(connection);

        connection.History.Where(arrived => arrived.Type == "live").Select(Moment).ShouldBe([2]);
    }

    [Fact]
    public async Task Whoever_has_read_less_reads_the_log_first()
    {
        var node = new TestNode();
        var connection = node.Follow(null, Label);
        await connection.NextAsync("ready");
        node.Append(Label, 3);
        node.Hub.Publish(Stream, Frame(3, 1));

        (await connection.OffsetsUntilAsync(Label, 3)).ShouldBe([1, 2, 3]);
        await connection.NextAsync("live");
    }

    [Fact]
    public async Task Each_audience_gets_its_own_body_or_nothing()
    {
        var node = new TestNode { Audience = caller => Enum.Parse<Audience>(caller.Subject) };
        var frame = new LiveFrame(0, 1, "{\"type\":\"live\",\"id\":\"staff\""u8.ToArray(), null, "{\"type\":\"live\",\"id\":\"guest\""u8.ToArray());
        var connections = new Dictionary<Audience, TestConnection>();
        foreach (var audience in Enum.GetValues<Audience>())
        {
            connections[audience] = node.Connect(caller: node.Caller with { Subject = audience.ToString() });
            connections[audience].Follow(null, Label);
            await connections[audience].NextAsync("ready");
        }

        node.Hub.Publish(Stream, frame);
        (await connections[Audience.Staff].NextAsync("live")).Id.ShouldBe("staff");
        (await connections[Audience.Guest].NextAsync("live")).Id.ShouldBe("guest");
        (await SettledAsync(connections[Audience.Customer])).ShouldNotContain(arrived => arrived.Type == "live");
    }

    [Fact]
    public async Task Each_audience_sees_its_own_view_of_an_entry_by_hint_and_from_the_log()
    {
        var node = new TestNode
        {
            Audience = caller => Enum.Parse<Audience>(caller.Subject),
            View = (body, audience) => Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(body).Replace("\"type\":\"", $"\"type\":\"{audience}.", StringComparison.Ordinal)),
        };
        node.Append(Label, 1);
        foreach (var audience in Enum.GetValues<Audience>())
        {
            var connection = node.Connect(caller: node.Caller with { Subject = audience.ToString() });
            connection.Follow("earliest", Label);
            await connection.UntilAsync("ready");
            node.Publish(Label);
            await connection.OffsetsUntilAsync(Label, node.Log.Head(Stream));
            connection.History.Where(arrived => arrived.Frame.Offset is not null).ShouldAllBe(arrived => arrived.Type.StartsWith(audience + ".", StringComparison.Ordinal) == (audience != Audience.Staff));
        }
    }

    // What is live is written behind what waits, so a first pong may overtake it; a second one cannot.
    private static async Task<IReadOnlyList<Arrived>> SettledAsync(TestConnection connection)
    {
        await connection.EverythingSoFarAsync();
        await connection.EverythingSoFarAsync();
        return connection.History;
    }

    private static LiveFrame Frame(long asOf, long moment, string? padding = null)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"type\":\"live\",\"id\":\"{moment}\",\"data\":{{\"padding\":\"{padding}\"}}");
        return new LiveFrame(asOf, moment, body, body, body);
    }

    private static long Moment(Arrived arrived) => long.Parse(arrived.Frame.Id!, System.Globalization.CultureInfo.InvariantCulture);
}
