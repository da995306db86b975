using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Events;
using Milepost.Server.Ingest.Messages;
using Milepost.Server.Tests.Ingest.Kafka;
using Milepost.Storage.Sqlite;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Messages;

public sealed class BulkTurnsTests : IAsyncDisposable
{
    private static readonly TimeSpan Commit = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Blink = TimeSpan.FromMilliseconds(1);

    private readonly TempDirectory _directory = new();
    private readonly FakeClock _clock = new();
    private readonly SqliteDatabase _database;
    private readonly WatchedOrders _orders;
    private readonly EventRecorder _recorder;
    private readonly Task _recording;
    private readonly BulkTurns _turns;

    public BulkTurnsTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.Path, "test.db"));
        _orders = new WatchedOrders(new SqliteOrderStore(_database)) { Before = _ => Takes(Commit) };
        _recorder = new EventRecorder(_orders, new NotificationTools(new RuleTexts(), new DefaultTenants()), new Nobody(), _clock, 20_000, 1_000);
        _recording = _recorder.RunAsync();
        _turns = new BulkTurns(_recorder, _clock);
    }

    [Fact]
    public async Task Behind_each_piece_comes_a_rest_that_is_some_times_as_long()
    {
        await _turns.RecordAsync([Placed("1")], CancellationToken.None).Soon();
        var second = _turns.RecordAsync([Placed("2")], CancellationToken.None);
        _clock.Advance((BulkTurns.RestFactor * Commit) - Blink);
        _orders.Attempts.ShouldBe(1);
        _clock.Advance(Blink);
        await second.Soon();
        _orders.Accepted.ShouldBe(2);
    }

    [Fact]
    public async Task All_requests_share_the_turns()
    {
        await _turns.RecordAsync([Placed("1")], CancellationToken.None).Soon();
        List<Task> others = [_turns.RecordAsync([Placed("2")], CancellationToken.None), _turns.RecordAsync([Placed("3")], CancellationToken.None)];
        _clock.Advance(BulkTurns.RestFactor * Commit);
        others.Remove(await Task.WhenAny(others).Soon());
        _orders.Attempts.ShouldBe(2);
        _clock.Advance(BulkTurns.RestFactor * Commit);
        await others.Single().Soon();
    }

    [Fact]
    public async Task Who_comes_later_than_the_rest_waits_for_nothing()
    {
        await _turns.RecordAsync([Placed("1")], CancellationToken.None).Soon();
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _turns.RecordAsync([Placed("2")], CancellationToken.None).Soon();
    }

    [Fact]
    public async Task A_slow_store_does_not_bring_it_to_a_stand()
    {
        _orders.Before = _ => Takes(TimeSpan.FromSeconds(30));
        await _turns.RecordAsync([Placed("1")], CancellationToken.None).Soon();
        var second = _turns.RecordAsync([Placed("2")], CancellationToken.None);
        _clock.Advance(TimeSpan.FromMilliseconds(200));
        await second.Soon();
    }

    [Fact]
    public async Task Who_gives_up_leaves_the_turn_to_the_others()
    {
        await _turns.RecordAsync([Placed("1")], CancellationToken.None).Soon();
        using var gone = new CancellationTokenSource();
        var waiting = _turns.RecordAsync([Placed("2")], gone.Token);
        await gone.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(waiting);
        _clock.Advance(TimeSpan.FromSeconds(1));
        await _turns.RecordAsync([Placed("3")], CancellationToken.None).Soon();
    }

    public async ValueTask DisposeAsync()
    {
        _recorder.Complete();
        await _recording;
        _database.Dispose();
        _directory.Dispose();
    }

    private Task Takes(TimeSpan time)
    {
        _clock.Advance(time);
        return Task.CompletedTask;
    }

    private RecordedEvent Placed(string id) => new()
    {
        Tenant = "acme",
        Source = "/s",
        Id = id,
        Type = EventTypes.OrderPlaced,
        Subject = "o-" + id,
        Time = _clock.GetUtcNow(),
        ReceivedAt = _clock.GetUtcNow(),
        Customer = new CustomerProfile { Id = "c-1" },
    };

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }
}
