using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Tests.Sessions;
using Milepost.Testing;

namespace Milepost.Realtime.Tests.Streams;

public sealed class HeadCheckLoopTests : IDisposable
{
    private const string A = "order:a";

    private readonly AskedLog _log = new();
    private readonly Net _net = new();
    private readonly TestNode _node;
    private readonly HeadCheckLoop _loop;

    public HeadCheckLoopTests()
    {
        _node = new TestNode(log: _log.Log, backplane: _net);
        _loop = new HeadCheckLoop(_node.Hub, _log, _net, _node.Clock, new Random(1), NullLogger<HeadCheckLoop>.Instance);
    }

    public void Dispose() => _loop.Dispose();

    [Fact]
    public async Task A_lost_last_hint_is_found_by_the_next_check()
    {
        var client = await FollowAsync(A);
        _node.Append(A, 2);
        await PassAsync(TimeSpan.FromSeconds(2));
        _log.Asked.ShouldBeEmpty();
        await PassAsync(TimeSpan.FromSeconds(1));

        (await client.OffsetsUntilAsync(A, 2)).ShouldBe([1, 2]);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_stream_in_doubt_is_looked_up_at_once_and_alone()
    {
        var client = await FollowAsync(A);
        var other = await FollowAsync("order:b");
        _node.Append(A, 1);
        _node.Hub.Doubt(TestNode.Stream(A));
        await PassAsync(TimeSpan.Zero);

        (await client.OffsetsUntilAsync(A, 1)).ShouldBe([1]);
        _log.Asked.ShouldBe([TestNode.Stream(A)]);
        await client.EndAsync();
        await other.EndAsync();
    }

    [Fact]
    public async Task Only_the_streams_without_a_healthy_backplane_are_polled_each_second()
    {
        var client = await FollowAsync(A);
        var other = await FollowAsync("order:b");
        _net.Away.Add(TestNode.Stream(A));
        await PassAsync(TimeSpan.FromSeconds(1));
        await PassAsync(TimeSpan.FromSeconds(1));

        _log.Asked.ShouldBe([TestNode.Stream(A), TestNode.Stream(A)]);
        await client.EndAsync();
        await other.EndAsync();
    }

    [Fact]
    public async Task What_nobody_follows_is_not_asked_for()
    {
        await (await FollowAsync(A)).EndAsync();
        await PassAsync(TimeSpan.FromSeconds(10));

        _log.Asked.ShouldBeEmpty();
    }

    [Fact]
    public async Task What_could_not_be_asked_is_asked_again()
    {
        var client = await FollowAsync(A);
        _node.Append(A, 1);
        _log.Failure = new InvalidOperationException("the database is away");
        _node.Clock.Advance(TimeSpan.FromSeconds(4));
        (await _loop.RunOnceAsync(TestContext.Current.CancellationToken)).ShouldBeFalse();
        _log.Failure = null;
        await PassAsync(TimeSpan.Zero);

        (await client.OffsetsUntilAsync(A, 1)).ShouldBe([1]);
        await client.EndAsync();
    }

    [Fact]
    public async Task Many_streams_are_asked_for_in_pieces()
    {
        var client = _node.Connect();
        client.Follow(null, [.. Enumerable.Range(0, 2500).Select(index => $"order:{index}")]);
        await PassAsync(TimeSpan.FromSeconds(4));

        _log.Pieces.ShouldBe([1000, 1000, 500]);
        _log.Asked.Distinct().Count().ShouldBe(2500);
        await client.EndAsync();
    }

    [Fact]
    public async Task A_failing_log_is_not_asked_in_a_circle()
    {
        var client = await FollowAsync(A);
        _log.Failure = new InvalidOperationException("the database is away");
        await _loop.StartAsync(TestContext.Current.CancellationToken);
        _node.Hub.Doubt(TestNode.Stream(A));
        await _log.FirstAsked.Task.Soon();
        await _loop.StopAsync(TestContext.Current.CancellationToken);

        // The clock stands still, so the second to wait never ends.
        _log.Pieces.Count.ShouldBe(1);
        await client.EndAsync();
    }

    [Fact]
    public async Task Where_nothing_can_be_lost_nothing_is_checked()
    {
        _net.Lossless = true;
        var client = await FollowAsync(A);
        await _loop.StartAsync(TestContext.Current.CancellationToken);

        await _loop.ExecuteTask!.Soon();
        await client.EndAsync();
    }

    private async Task PassAsync(TimeSpan after)
    {
        _node.Clock.Advance(after);
        (await _loop.RunOnceAsync(TestContext.Current.CancellationToken)).ShouldBeTrue();
    }

    private async Task<TestConnection> FollowAsync(string label)
    {
        var client = _node.Follow(null, label);
        await client.UntilAsync("ready");
        return client;
    }

    /// <summary>Notes what is asked for.</summary>
    private sealed class AskedLog : IStreamSource
    {
        public TestLog Log { get; } = new();

        public List<StreamName> Asked { get; } = [];

        public List<int> Pieces { get; } = [];

        public Exception? Failure { get; set; }

        public TaskCompletionSource FirstAsked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public long Epoch => Log.Epoch;

        public ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken) => Log.LocateAsync(stream, offset, cancellationToken);

        public ValueTask<IReadOnlyList<StreamFrame>> ReadAsync(StreamName stream, Audience audience, long after, int limit, CancellationToken cancellationToken) =>
            Log.ReadAsync(stream, audience, after, limit, cancellationToken);

        public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken)
        {
            Asked.AddRange(streams);
            Pieces.Add(streams.Count);
            FirstAsked.TrySetResult();
            return Failure is null ? Log.HeadsAsync(streams, cancellationToken) : throw Failure;
        }
    }

    /// <summary>Carries nothing, and is as healthy as the test says.</summary>
    private sealed class Net : IBackplane
    {
        public HashSet<StreamName> Away { get; } = [];

        public bool Lossless { get; set; }

        public bool HasPeers => true;

        public bool IsLossless => Lossless;

        public bool IsHealthy(StreamName stream) => !Away.Contains(stream);

        public void Attach(IHintReceiver receiver)
        {
            // Nothing is ever heard.
        }

        public void Publish(StreamName stream, StreamFrame frame)
        {
            // Lost.
        }

        public void Publish(StreamName stream, LiveFrame frame)
        {
            // Lost.
        }

        public void InterestChanged(StreamName stream)
        {
            // The loop asks the hub.
        }

        public Task RunAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
