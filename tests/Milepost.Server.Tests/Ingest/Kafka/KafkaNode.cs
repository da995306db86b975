using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.DeadLetters;
using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Streams;
using Milepost.Server.Hosting;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;
using Milepost.Storage.Sqlite;
using Milepost.Testing;

namespace Milepost.Server.Tests.Ingest.Kafka;

/// <summary>The database that the nodes of a test share.</summary>
internal sealed class SharedStore : IDisposable
{
    private readonly TempDirectory _directory = new();

    public SharedStore()
    {
        Database = SqliteDatabase.Open(Path.Combine(_directory.Path, "milepost.db"));
        Orders = new SqliteOrderStore(Database);
        DeadLetters = new SqliteDeadLetterStore(Database);
    }

    public SqliteDatabase Database { get; }

    public SqliteOrderStore Orders { get; }

    public SqliteDeadLetterStore DeadLetters { get; }

    public async Task<IReadOnlyList<DeadLetter>> LettersAsync() => await DeadLetters.ListAsync(new DeadLetterQuery(Open: false, null, 0, 10_000), CancellationToken.None);

    /// <summary>The events of an order in the order in which they were recorded: its stream.</summary>
    public async Task<IReadOnlyList<string>> EntriesAsync(string order) =>
        [.. (await new SqliteStreamLog(Database).ReadAsync(StreamName.Order("acme", order), 0, 100_000, CancellationToken.None)).Select(entry => entry.Id)];

    public void Dispose()
    {
        Database.Dispose();
        _directory.Dispose();
    }
}

/// <summary>What a worker node runs for Kafka: recorder, intake, consumer, announcer.</summary>
internal sealed class KafkaNode : IAsyncDisposable
{
    private readonly EventRecorder _recorder;
    private readonly Task _recording;
    private readonly KafkaConsumerLoop _consumer;
    private readonly DeadLetterAnnouncer _announcer;
    private bool _stopped;

    private KafkaNode(KafkaOptions options, IOrderStore orders, IDeadLetterStore letters)
    {
        _recorder = new EventRecorder(orders, new NotificationTools(new RuleTexts(), new DefaultTenants()), new Nobody(), TimeProvider.System, 20_000, 1_000);
        _recording = _recorder.RunAsync();
        Intake = new KafkaIntake(_recorder, letters, KafkaServices.EventReaderOf(options), options, new Random(1), TimeProvider.System, NullLogger<KafkaIntake>.Instance);
        _consumer = new KafkaConsumerLoop(options, Intake, Readiness, TimeProvider.System, NullLogger<KafkaConsumerLoop>.Instance);
        _announcer = new DeadLetterAnnouncer(letters, Intake, options, TimeProvider.System, NullLogger<DeadLetterAnnouncer>.Instance);
    }

    public KafkaReadiness Readiness { get; } = new();

    public KafkaIntake Intake { get; }

    public static async Task<KafkaNode> StartAsync(KafkaOptions options, IOrderStore orders, IDeadLetterStore letters)
    {
        var node = new KafkaNode(options, orders, letters);
        if (options.DeadLetterTopic.Length > 0)
        {
            await node._announcer.StartAsync(CancellationToken.None);
        }

        await node._consumer.StartAsync(CancellationToken.None);
        return node;
    }

    public async Task StopAsync()
    {
        if (_stopped)
        {
            return;
        }

        _stopped = true;
        await _consumer.StopAsync(CancellationToken.None).Soon();
        await _announcer.StopAsync(CancellationToken.None).Soon();
        _recorder.Complete();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _consumer.Dispose();
        _announcer.Dispose();
    }

    private sealed class Nobody : ICommitListener
    {
        public void Committed(IReadOnlyList<StreamEntry> entries)
        {
        }
    }
}

/// <summary>An order store that a test can take away, and that it can watch.</summary>
internal sealed class WatchedOrders(IOrderStore inner) : IOrderStore
{
    private readonly Lock _gate = new();
    private readonly List<(Func<bool> Met, TaskCompletionSource Done)> _watchers = [];
    private readonly HashSet<EventIdentity> _events = [];
    private readonly List<RecordedEvent> _recorded = [];
    private int _accepted;
    private int _duplicates;
    private int _attempts;

    /// <summary>What a call comes to before it reaches the store; may throw.</summary>
    public Func<IReadOnlyList<RecordedEvent>, Task> Before { get; set; } = _ => Task.CompletedTask;

    /// <summary>The same behind the commit.</summary>
    public Func<Task> After { get; set; } = () => Task.CompletedTask;

    public int Accepted => Volatile.Read(ref _accepted);

    public int Duplicates => Volatile.Read(ref _duplicates);

    public int Attempts => Volatile.Read(ref _attempts);

    /// <summary>What was accepted, in the order of the commits.</summary>
    public IReadOnlyList<RecordedEvent> Recorded
    {
        get
        {
            lock (_gate)
            {
                return [.. _recorded];
            }
        }
    }

    public Task UntilAsync(Func<WatchedOrders, bool> met)
    {
        lock (_gate)
        {
            var watcher = (Met: new Func<bool>(() => met(this)), Done: new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            _watchers.Add(watcher);
            Look();
            return watcher.Done.Task;
        }
    }

    public async Task<RecordingPlan> RecordAsync(IReadOnlyList<RecordedEvent> events, Func<RecordingContext, RecordingPlan> plan, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            _attempts++;
            Look();
        }

        await Before(events);
        var decided = await inner.RecordAsync(events, plan, cancellationToken);
        lock (_gate)
        {
            _accepted += decided.Outcomes.Count(outcome => outcome is RecordOutcome.Accepted);
            _duplicates += decided.Outcomes.Count(outcome => outcome is RecordOutcome.Duplicate);
            decided.Events.ForEach(recorded => _events.Add(recorded.Identity()).ShouldBeTrue("an identity is recorded once"));
            _recorded.AddRange(decided.Events);
            Look();
        }

        await After();
        return decided;
    }

    public Task<Order?> FindAsync(string tenant, string orderId, CancellationToken cancellationToken) => inner.FindAsync(tenant, orderId, cancellationToken);

    public Task<OrderSnapshot?> SnapshotAsync(string tenant, string orderId, CancellationToken cancellationToken) => inner.SnapshotAsync(tenant, orderId, cancellationToken);

    public Task<IReadOnlyList<ListedOrder>> ListAsync(OrderQuery query, CancellationToken cancellationToken) => inner.ListAsync(query, cancellationToken);

    private void Look()
    {
        foreach (var (_, done) in _watchers.Where(watcher => watcher.Met()))
        {
            done.TrySetResult();
        }
    }
}
