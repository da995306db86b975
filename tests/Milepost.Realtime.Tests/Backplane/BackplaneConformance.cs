using System.Text;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Backplane;

/// <summary>What every backplane does between two nodes.</summary>
public abstract class BackplaneConformance : IAsyncLifetime
{
    protected static readonly StreamName A = StreamName.Order("acme", "a");
    protected static readonly StreamName B = StreamName.Order("acme", "b");

    private Listener _one = null!;
    private Listener _other = null!;

    public async ValueTask InitializeAsync()
    {
        var (one, other) = await CreateAsync();
        (_one, _other) = (new Listener(one), new Listener(other));
        await StartAsync();
    }

    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task A_hint_carries_the_frame_byte_for_byte()
    {
        await _other.FollowAsync(A);
        var body = Encoding.UTF8.GetBytes("{\"type\":\"order.updated\",\"data\":{\"text\":\"Grüße \\u0000 📦\"}");

        var hint = await HeardAsync(_other, () => _one.Backplane.Publish(A, StreamFrame.Encoded(long.MaxValue - 1, uint.MaxValue, body)));
        (hint.Stream, hint.Frame!.Offset, hint.Frame.Check).ShouldBe((A, long.MaxValue - 1, uint.MaxValue));
        hint.Frame.Body.ShouldBe(body);
    }

    [Fact]
    public async Task Hints_of_a_stream_keep_their_order_in_a_burst()
    {
        const int count = 10_000;
        await _other.FollowAsync(A);
        for (var offset = 1; offset <= count; offset++)
        {
            _one.Backplane.Publish(A, Frame(offset));
        }

        var heard = new List<long>();
        while (heard.LastOrDefault() <= count)
        {
            heard.Add((await HeardAsync(_other, () => _one.Backplane.Publish(A, Frame(count + 1)))).Offset);
        }

        heard.ShouldBe(heard.Order().Distinct());
        (heard.Count == count + 1 || !_other.Backplane.IsLossless).ShouldBeTrue($"{heard.Count} of {count}");
    }

    [Fact]
    public async Task A_node_does_not_hear_itself()
    {
        await _one.FollowAsync(A);
        await _other.FollowAsync(A);
        await HeardAsync(_other, () => _one.Backplane.Publish(A, Frame(1)));

        (await HeardAsync(_one, () => _other.Backplane.Publish(A, Frame(2)))).Offset.ShouldBe(2);
    }

    [Fact]
    public async Task What_is_not_followed_is_not_heard()
    {
        await _other.FollowAsync(B);
        var hint = await HeardAsync(_other, () =>
        {
            _one.Backplane.Publish(A, Frame(1));
            _one.Backplane.Publish(B, Frame(2));
        });

        hint.Stream.ShouldBe(B);
    }

    [Fact]
    public async Task Another_tenants_stream_of_the_same_label_is_not_heard()
    {
        await _other.FollowAsync(A);
        var hint = await HeardAsync(_other, () =>
        {
            _one.Backplane.Publish(StreamName.Order("evil", "a"), Frame(1));
            _one.Backplane.Publish(StreamName.Order("acme2", "a"), Frame(2));
            _one.Backplane.Publish(A, Frame(3));
        });

        hint.Offset.ShouldBe(3);
    }

    [Fact]
    public async Task Leaving_a_stream_ends_its_hints()
    {
        await _other.FollowAsync(A);
        await _other.FollowAsync(B);
        _other.Leave(A);
        for (var offset = 1; ; offset++)
        {
            // Leaving takes effect soon, not at once.
            var hints = new List<Hint>();
            while (hints.LastOrDefault() is not { } last || (last.Stream, last.Offset) != (B, offset))
            {
                hints.Add(await HeardAsync(_other, () =>
                {
                    _one.Backplane.Publish(A, Frame(offset));
                    _one.Backplane.Publish(B, Frame(offset));
                }));
            }

            if (hints.TrueForAll(hint => hint.Stream == B))
            {
                break;
            }
        }

        // Whoever is back soon may find the channel still open, and then there is nothing to doubt.
        _other.StartFollowing(A);
        await IsHeardAsync([A]);
    }

    [Fact]
    public async Task After_any_coming_and_going_whoever_follows_hears()
    {
        StreamName[] streams = [.. Enumerable.Range(0, 20).Select(index => StreamName.Order("acme", $"s{index}"))];
        await Task.WhenAll(Enumerable.Range(0, streams.Length).Select(index => Task.Run(() =>
        {
            var random = new Random(index);
            for (var round = 0; round < 300; round++)
            {
                _other.StartFollowing(streams[index]);
                Thread.SpinWait(random.Next(2000));
                _other.Leave(streams[index]);
            }

            _other.StartFollowing(streams[index]);
        }))).Soon();

        await _other.FollowAsync(B);
        await IsHeardAsync(streams);
    }

    [Fact]
    public async Task A_frame_without_bounds_still_tells_that_the_entry_exists()
    {
        await _other.FollowAsync(A);

        (await HeardAsync(_other, () => _one.Backplane.Publish(A, StreamFrame.Encoded(7, 1, new byte[1024 * 1024])))).Offset.ShouldBe(7);
    }

    [Fact]
    public async Task What_is_live_arrives_for_each_audience_as_it_was_made()
    {
        await _other.FollowAsync(A);
        await _other.FollowAsync(B);
        var guest = Encoding.UTF8.GetBytes("{\"text\":\"Grüße\"");
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var deadline = new CancellationTokenSource(Deadline.Default);
        do
        {
            _one.Backplane.Publish(StreamName.Order("evil", "a"), new LiveFrame(1, 1, null, null, null));
            _one.Backplane.Publish(A, new LiveFrame(12, long.MaxValue, "{"u8.ToArray(), null, guest));
        }
        while (await again.WaitForNextTickAsync(deadline.Token) && !_other.HasLive);

        var (stream, frame) = await _other.NextLiveAsync();
        (stream, frame.AsOf, frame.Moment).ShouldBe((A, 12, long.MaxValue));
        frame.BodyFor(Audience.Staff).ShouldBe("{"u8.ToArray());
        frame.BodyFor(Audience.Customer).ShouldBeNull();
        frame.BodyFor(Audience.Guest).ShouldBe(guest);
        _one.HasLive.ShouldBeFalse();
    }

    /// <summary>The backplanes of two nodes that know each other.</summary>
    protected abstract Task<(IBackplane One, IBackplane Other)> CreateAsync();

    /// <summary>Both have their receivers.</summary>
    protected virtual Task StartAsync() => Task.CompletedTask;

    private static StreamFrame Frame(long offset) => StreamFrame.Encoded(offset, (uint)offset, "{\"type\":\"order.updated\""u8.ToArray());

    // Any single hint may be lost: it is sent again until one is heard.
    private static async Task<Hint> HeardAsync(Listener listener, Action publish)
    {
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (!listener.HasHint)
        {
            publish();
            await again.WaitForNextTickAsync(deadline.Token);
        }

        return await listener.NextAsync();
    }

    // Following takes effect soon, not at once: hints are sent until each stream was heard.
    private async Task IsHeardAsync(IEnumerable<StreamName> streams)
    {
        const long Now = 1_000_000;
        var deaf = streams.ToHashSet();
        using var deadline = new CancellationTokenSource(Deadline.Default);
        using var again = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (deaf.Count > 0)
        {
            foreach (var stream in deaf)
            {
                _one.Backplane.Publish(stream, Frame(Now));
            }

            await again.WaitForNextTickAsync(deadline.Token);
            while (_other.HasHint)
            {
                var hint = await _other.NextAsync();
                _ = hint.Offset == Now && deaf.Remove(hint.Stream);
            }
        }
    }
}
