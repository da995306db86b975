using Milepost.Client.Streams;
using Milepost.Client.Tests.Fakes;
using Milepost.Protocol.Streams;
using Milepost.Testing;

namespace Milepost.Client.Tests.Streams;

/// <summary>What a follow promises, on each transport, against a server that misbehaves.</summary>
public sealed class FollowTests
{
    public static TheoryData<StreamTransport> Transports => new(Enum.GetValues<StreamTransport>());

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Catch_up_then_ready_then_live(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync();
        server.Append(7);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.NextAsync()).ShouldBe(Changed(ConnectionState.Connecting, transport));
        (await reader.NextAsync()).ShouldBe(Changed(ConnectionState.Connected, transport));
        (await reader.OffsetsAsync(7)).ShouldBe([1, 2, 3, 4, 5, 6, 7]);
        (await reader.NextAsync()).ShouldBeOfType<StreamMessage.Ready>();
        server.Append(2);
        (await reader.OffsetsAsync(2)).ShouldBe([8, 9]);
        (await server.Connections.Reader.ReadAsync().Soon()).Authorization.ShouldBe("Bearer t0ken");
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Without_since_it_starts_from_now_and_misses_nothing_afterwards(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { CutAfter = 0 });
        server.Append(5);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, since: null);

        await reader.UntilAsync<StreamMessage.Ready>();
        server.Append(2);
        (await reader.OffsetsAsync(2)).ShouldBe([6, 7]);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Cut_connections_are_resumed_exactly(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync([.. Enumerable.Range(0, 12).Select(index => new Plan { CutAfter = index % 4 })]);
        server.Append(30);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.OffsetsAsync(30)).ShouldBe(Range(1, 30));
        reader.Follow.Duplicates.ShouldBe(0);
        reader.Follow.Gaps.ShouldBe(0);
        reader.Follow.Cursor.ShouldBe("c29");
        await reader.UntilAsync<StreamMessage.Ready>();
        reader.Follow.Cursor.ShouldBe("c30");
    }

    [Fact]
    public async Task Transport_may_change_with_each_connection()
    {
        await using var server = await FakeMilepost.StartAsync([.. Enumerable.Repeat(new Plan { CutAfter = 2 }, 9)]);
        server.Append(20);
        await using var client = new MilepostClient(server.Options());
        var turn = 0;
        await using var reader = new FollowReader(client.Streams.FollowAsync(
            new FollowRequest { Streams = ["notifications"], Since = FollowRequest.Earliest, Transport = () => (StreamTransport)(turn++ % 3) }));

        (await reader.OffsetsAsync(20)).ShouldBe(Range(1, 20));
        turn.ShouldBeGreaterThan(5);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Duplicates_are_dropped_and_counted(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Twice = true });
        server.Append(5);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.OffsetsAsync(5)).ShouldBe([1, 2, 3, 4, 5]);
        await reader.UntilAsync<StreamMessage.Ready>();
        reader.Follow.Duplicates.ShouldBe(5);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_gap_is_closed_by_a_new_connection_from_the_last_good_cursor(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Skip = 3 });
        server.Append(5);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.OffsetsAsync(2)).ShouldBe([1, 2]);
        (await reader.DisconnectedAsync()).Reason.ShouldBe(ConnectionReason.GapFound);
        (await reader.OffsetsAsync(3)).ShouldBe([3, 4, 5]);
        reader.Follow.Gaps.ShouldBe(1);
        await server.Connections.Reader.ReadAsync().Soon();
        (await server.Connections.Reader.ReadAsync().Soon()).Since.ShouldBe("c2");
    }

    [Theory]
    [InlineData(StreamTransport.WebSocket)]
    [InlineData(StreamTransport.ServerSentEvents)]
    public async Task A_missing_last_entry_is_found_by_ready(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Skip = 3 });
        server.Append(3);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.OffsetsAsync(3)).ShouldBe([1, 2, 3]);
        reader.Follow.Gaps.ShouldBe(1);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task Reset_reaches_the_consumer_and_the_stream_goes_on_from_there(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(EndAfter(3), new Plan { Reset = "history_changed" });
        server.Append(3);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, "c0");

        (await reader.OffsetsAsync(3)).ShouldBe([1, 2, 3]);
        (await reader.UntilAsync<StreamMessage.Reset>()).Frame.Code.ShouldBe("history_changed");
        await reader.UntilAsync<StreamMessage.Ready>();
        server.Append();
        (await reader.OffsetsAsync(1)).ShouldBe([4]);
    }

    [Theory]
    [InlineData(StreamTransport.WebSocket, 4001, "protocol_violation")]
    [InlineData(StreamTransport.ServerSentEvents, 4000, "unauthorized")]
    public async Task A_final_close_ends_the_follow(StreamTransport transport, int code, string reason)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { CutAfter = 0, CloseCode = code, CloseReason = reason });
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, since: null);

        var thrown = await Should.ThrowAsync<MilepostException>(async () => await reader.UntilAsync<StreamMessage.Reset>());
        thrown.Code.ShouldBe(reason);
        thrown.Retry.ShouldBeFalse();
    }

    [Theory]
    [InlineData(StreamTransport.WebSocket, 4100, "draining", ConnectionReason.ServerDraining)]
    [InlineData(StreamTransport.WebSocket, 4101, "token_expired", ConnectionReason.TokenExpired)]
    [InlineData(StreamTransport.WebSocket, 1001, "", ConnectionReason.ServerClosed)]
    [InlineData(StreamTransport.ServerSentEvents, 4100, "draining", ConnectionReason.ServerDraining)]
    public async Task Any_other_close_is_followed_by_a_new_connection(StreamTransport transport, int code, string reason, ConnectionReason expected)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { CutAfter = 1, CloseCode = code, CloseReason = reason });
        server.Append(3);
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.DisconnectedAsync()).Reason.ShouldBe(expected);
        (await reader.OffsetsAsync(2)).ShouldBe([2, 3]);
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task A_refusal_for_good_ends_the_follow_with_the_server_s_code(StreamTransport transport)
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Status = 404, Code = "not_found" });
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, since: null);

        var thrown = await Should.ThrowAsync<MilepostException>(async () => await reader.UntilAsync<StreamMessage.Reset>());
        (thrown.Code, thrown.Status, thrown.Problem?.Detail).ShouldBe(("not_found", 404, "the detail"));
    }

    [Theory]
    [MemberData(nameof(Transports))]
    public async Task One_401_may_be_a_token_that_ran_out_on_its_way_two_are_meant(StreamTransport transport)
    {
        var refused = new Plan { Status = 401, Code = "unauthorized" };
        await using var server = await FakeMilepost.StartAsync(refused, EndAfter(1), refused, refused);
        server.Append();
        await using var client = new MilepostClient(server.Options(transport));
        await using var reader = Read(client, FollowRequest.Earliest);

        (await reader.OffsetsAsync(1)).ShouldBe([1]);
        (await Should.ThrowAsync<MilepostException>(async () => await reader.UntilAsync<StreamMessage.Reset>())).Code.ShouldBe("unauthorized");
    }

    [Fact]
    public async Task A_refused_stream_is_a_message()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Extra = ["""{"type":"error","code":"not_found","detail":"x","stream":"order:1","retry":false}"""] });
        await using var client = new MilepostClient(server.Options());
        await using var reader = Read(client, since: null);

        (await reader.UntilAsync<StreamMessage.Error>()).Frame.Stream.ShouldBe("order:1");
        server.Append();
        (await reader.OffsetsAsync(1)).ShouldBe([1]);
    }

    [Fact]
    public async Task A_frame_that_is_not_of_the_protocol_is_no_reason_to_give_up()
    {
        await using var server = await FakeMilepost.StartAsync(new Plan { Extra = ["""{"typ"""] });
        await using var client = new MilepostClient(server.Options());
        await using var reader = Read(client, since: null);

        (await reader.DisconnectedAsync()).Reason.ShouldBe(ConnectionReason.ProtocolFault);
        await reader.UntilAsync<StreamMessage.Ready>();
    }

    [Fact]
    public async Task A_cursor_too_long_for_an_address_travels_in_a_frame()
    {
        await using var server = await FakeMilepost.StartAsync();
        await using var client = new MilepostClient(server.Options());
        await using var reader = Read(client, new string('A', 8000));

        await reader.UntilAsync<StreamMessage.ConnectionChanged>(change => change.State == ConnectionState.Connected);
        (await server.ClientFrames.Reader.ReadAsync().Soon()).ShouldStartWith("""{"type":"subscribe","streams":["notifications"],"since":"AAAA""");
    }

    [Fact]
    public async Task Cancelling_ends_the_loop_at_once()
    {
        await using var server = await FakeMilepost.StartAsync();
        await using var client = new MilepostClient(server.Options());
        using var cancel = new CancellationTokenSource();
        await using var messages = client.Streams.FollowAsync(new FollowRequest { Streams = ["notifications"] }, cancel.Token).GetAsyncEnumerator();
        while (messages.Current is not StreamMessage.Ready)
        {
            await messages.MoveNextAsync().Soon();
        }

        var waiting = messages.MoveNextAsync();
        await cancel.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(async () => await waiting.Soon());
        (await server.ClientCloses.Reader.ReadAsync().Soon()).ShouldBe(1000);
    }

    /// <summary>An end in order: a cut may take entries with it that were sent already.</summary>
    private static Plan EndAfter(int entries) => new() { CutAfter = entries, CloseCode = 4100, CloseReason = "draining" };

    private static FollowReader Read(MilepostClient client, string? since) =>
        new(client.Streams.FollowAsync(new FollowRequest { Streams = [StreamLabels.Notifications], Since = since }));

    private static List<long> Range(int first, int count) => [.. Enumerable.Range(first, count).Select(offset => (long)offset)];

    private static StreamMessage.ConnectionChanged Changed(ConnectionState state, StreamTransport transport) =>
        new(state, ConnectionReason.Started, Detail: null, transport, RetryIn: null);
}
