using Milepost.Core.DeadLetters;
using Milepost.Core.Tests;

namespace Milepost.Storage.Tests.DeadLetters;

/// <summary>What every store of dead letters must do.</summary>
public abstract class DeadLetterConformance
{
    private static readonly DateTimeOffset Now = Some.Evening.AddTicks(1_234_567);
    private static readonly byte[] Bytes = [0, 255, 128, 10, 0];

    /// <summary>A store without data.</summary>
    public abstract Task<IDeadLetterStore> OpenAsync();

    [Fact]
    public async Task Everything_of_a_letter_is_kept_to_the_byte()
    {
        var store = await OpenAsync();
        var letter = Letter(7) with
        {
            Message = Message(7) with { Key = Bytes, Headers = [new TopicHeader("ä \"1\"", Bytes), new TopicHeader("ä \"1\"", null), new TopicHeader("", [])], Value = Bytes },
            Reason = new DeadLetterReason("invalid_field", "data.status", "This is a text."),
        };

        (await AddAsync(store, letter)).ShouldBe(1);

        var kept = (await store.FindAsync(1, CancellationToken.None)).ShouldNotBeNull();
        kept.ShouldBe(letter with { Place = 1, Message = kept.Message });
        kept.Message.ShouldBe(letter.Message with { Key = kept.Message.Key, Headers = kept.Message.Headers, Value = kept.Message.Value });
        kept.Message.Key.ShouldBe(Bytes);
        kept.Message.Value.ShouldBe(Bytes);
        kept.Message.Headers.Select(header => header.Name).ShouldBe(["ä \"1\"", "ä \"1\"", ""]);
        kept.Message.Headers[0].Value.ShouldBe(Bytes);
        kept.Message.Headers[1].Value.ShouldBeNull();
        kept.Message.Headers[2].Value.ShouldBe([]);
    }

    [Fact]
    public async Task No_bytes_and_nothing_are_two_things()
    {
        var store = await OpenAsync();

        await AddAsync(store, Letter(1) with { Message = Message(1) with { Key = [], Value = [] } }, Letter(2));

        var (empty, absent) = ((await store.FindAsync(1, CancellationToken.None))!.Message, (await store.FindAsync(2, CancellationToken.None))!.Message);
        empty.Key.ShouldBe([]);
        empty.Value.ShouldBe([]);
        absent.Key.ShouldBeNull();
        absent.Value.ShouldBeNull();
    }

    [Fact]
    public async Task A_message_that_comes_again_is_kept_once()
    {
        var store = await OpenAsync();
        await AddAsync(store, Letter(1));

        (await AddAsync(store, Letter(1) with { Reason = new DeadLetterReason("busy", null, "other") }, Letter(2))).ShouldBe(1);

        (await ListAsync(store)).Select(letter => (letter.Message.Offset, letter.Reason.Code)).ShouldBe([(1, "malformed_json"), (2, "malformed_json")]);
    }

    [Fact]
    public async Task Another_topic_or_partition_or_a_topic_made_anew_is_another_message()
    {
        var store = await OpenAsync();

        (await AddAsync(
            store,
            Letter(1),
            Letter(1) with { Message = Message(1) with { Topic = "u" } },
            Letter(1) with { Message = Message(1) with { Partition = 4 } },
            Letter(1) with { Message = Message(1) with { Time = Some.Evening.AddMilliseconds(1) } })).ShouldBe(4);
    }

    [Fact]
    public async Task Lists_by_reason_and_state_in_pages()
    {
        var store = await OpenAsync();
        await AddAsync(store, [.. Enumerable.Range(1, 6).Select(offset => Letter(offset) with { Reason = new DeadLetterReason(offset % 2 == 0 ? "even" : "odd", null, "") })]);
        await store.MarkAsync(3, null, Now, CancellationToken.None);

        (await ListAsync(store)).Select(letter => letter.Place).ShouldBe([1, 2, 4, 5, 6]);
        (await ListAsync(store, open: false)).Select(letter => letter.Place).ShouldBe([1, 2, 3, 4, 5, 6]);
        (await ListAsync(store, code: "odd")).Select(letter => letter.Place).ShouldBe([1, 5]);
        (await ListAsync(store, after: 2, limit: 2)).Select(letter => letter.Place).ShouldBe([4, 5]);
        (await store.FindAsync(99, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task What_was_tried_again_says_when_and_why_not()
    {
        var store = await OpenAsync();
        await AddAsync(store, Letter(1));
        var again = new DeadLetterReason("unknown_status", "data.status", "The statuses are ...");

        await store.MarkAsync(1, again, Now, CancellationToken.None);
        var refused = (await store.FindAsync(1, CancellationToken.None))!;
        await store.MarkAsync(1, null, Now.AddHours(1), CancellationToken.None);
        var replayed = (await store.FindAsync(1, CancellationToken.None))!;
        await store.MarkAsync(1, again, Now.AddHours(2), CancellationToken.None);

        (refused.State, refused.Reason, refused.TriedAt).ShouldBe((DeadLetterState.Refused, again, Now));
        (replayed.State, replayed.TriedAt).ShouldBe((DeadLetterState.Replayed, Now.AddHours(1)));
        (await store.FindAsync(1, CancellationToken.None))!.State.ShouldBe(DeadLetterState.Replayed, "what is recorded stays so");
    }

    [Fact]
    public async Task A_letter_is_claimed_by_one_at_a_time_until_it_is_announced()
    {
        var store = await OpenAsync();
        await store.AddAsync([Letter(1), Letter(2), Letter(3)], Now, CancellationToken.None);
        await store.AddAsync([Letter(4)], null, CancellationToken.None);
        var later = Now.AddMinutes(1);

        (await ClaimAsync(store, Now.AddTicks(-10), later)).ShouldBeEmpty("it is not time yet");
        (await ClaimAsync(store, Now, later, limit: 2)).ShouldBe([1, 2]);
        (await ClaimAsync(store, Now, later)).ShouldBe([3]);
        (await ClaimAsync(store, Now, later)).ShouldBeEmpty();
        await store.AnnouncedAsync([1, 3], CancellationToken.None);
        (await ClaimAsync(store, later, later.AddMinutes(1))).ShouldBe([2], "whoever claimed 2 did not finish");
    }

    private static async Task<IEnumerable<long>> ClaimAsync(IDeadLetterStore store, DateTimeOffset now, DateTimeOffset until, int limit = 100) =>
        (await store.ClaimUnannouncedAsync(now, until, limit, CancellationToken.None)).Select(letter => letter.Place).Order();

    private static Task<int> AddAsync(IDeadLetterStore store, params DeadLetter[] letters) => store.AddAsync(letters, null, CancellationToken.None);

    private static Task<IReadOnlyList<DeadLetter>> ListAsync(IDeadLetterStore store, bool open = true, string? code = null, long after = 0, int limit = 100) =>
        store.ListAsync(new DeadLetterQuery(open, code, after, limit), CancellationToken.None);

    private static TopicMessage Message(long offset) => new() { Topic = "t", Partition = 3, Offset = offset, Time = Some.Evening };

    private static DeadLetter Letter(long offset) => new()
    {
        Tenant = "",
        Message = Message(offset),
        Reason = new DeadLetterReason("malformed_json", null, "The body is not valid JSON."),
        ReceivedAt = Now,
    };
}
