using Milepost.Client;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Posting;
using Milepost.Protocol.Streams;

namespace Milepost.LoadTest.Workers;

/// <summary>The customers of one client process, each with a connection of its own.</summary>
internal sealed class Crowd
{
    private readonly WorkerOrder.Connect _task;
    private readonly TimeProvider _clock;
    private readonly Lock _gate = new();
    private readonly Histogram[] _latencies = [new(), new(), new(), new()];
    private readonly CustomerRecord[] _records;
    private readonly List<Follower> _followers;
    private readonly ClientSockets _sockets;
    private readonly TokenSigner _signer;
    private readonly Recovery _storm = new();
    private readonly Recovery _breaks = new();
    private int _connected;
    private long _delivered;
    private long _foreign;
    private volatile string? _trouble;

    public Crowd(WorkerOrder.Connect task, TimeProvider clock)
    {
        _task = task;
        _clock = clock;
        _records = [.. Enumerable.Range(task.First, task.Count).Select(customer => new CustomerRecord(customer, task.Customers))];
        _followers = new List<Follower>(task.Count);
        _sockets = new ClientSockets(task.Index);
        _signer = new TokenSigner(task.SigningKey, task.Tenant, clock.GetUtcNow().AddHours(24));
    }

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var handler = _sockets.Handler();
        var started = _clock.GetTimestamp();
        var running = new List<Task>(_task.Count);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2), _clock);
        try
        {
            while (running.Count < _task.Count && await timer.WaitForNextTickAsync(cancellationToken))
            {
                var due = Math.Min(_task.Count, (int)(_clock.GetElapsedTime(started).TotalSeconds * _task.PerSecond));
                while (running.Count < due)
                {
                    var follower = Follower(running.Count, handler);
                    lock (_gate)
                    {
                        _followers.Add(follower);
                    }

                    running.Add(follower.RunAsync(cancellationToken));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end came before everybody was there.
        }

        await Task.WhenAll(running);
    }

    /// <summary>Waits for the moment, then resets every connection.</summary>
    public async Task StormAsync(WorkerOrder.Storm storm, CancellationToken cancellationToken)
    {
        var wait = _clock.GetElapsedTime(_clock.GetTimestamp(), storm.At);
        await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, _clock, cancellationToken);
        Follower[] followers;
        lock (_gate)
        {
            followers = [.. _followers];
        }

        var random = new Random(_task.Index);
        var hit = Array.FindAll(followers, follower => follower.BeginStorm(storm.At, storm.Jitter * random.NextDouble()));
        _sockets.ResetAll();
        foreach (var follower in hit)
        {
            follower.Reset();
        }
    }

    public WorkerNote.Progress Progress() =>
        new(Volatile.Read(ref _connected), Interlocked.Read(ref _delivered), Environment.CpuUsage.TotalTime.TotalSeconds, _trouble);

    /// <summary>Returns when every acknowledged event has come and every broken connection is back, or when time is up.</summary>
    public async Task ArrivedAsync(WorkerOrder.Finish finish, CancellationToken cancellationToken)
    {
        var since = _clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), _clock);
        while ((_storm.Open > 0 || _breaks.Open > 0 || Missing(finish).Count > 0) && _clock.GetElapsedTime(since).TotalSeconds < finish.DrainSeconds)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public WorkerNote.Result Result(WorkerOrder.Finish finish)
    {
        var missing = Missing(finish).ToLookup(finish.Bounds.Of);
        lock (_gate)
        {
            return new WorkerNote.Result
            {
                Delivered = _records.Sum(record => record.Delivered),
                Duplicated = _records.Sum(record => record.Duplicated) + _followers.Sum(follower => follower.Duplicates),
                OutOfOrder = _records.Sum(record => record.OutOfOrder) + _followers.Sum(follower => follower.Gaps),
                Overtaken = _records.Sum(record => record.Overtaken),
                Foreign = _foreign,
                Storm = _storm.ToNote(),
                Breaks = _breaks.ToNote(),
                Phases = [.. Enum.GetValues<Phase>().Select(phase => new PhaseNote(missing[phase].Count(), _latencies[(int)phase].ToNote()))],
            };
        }
    }

    private List<long> Missing(WorkerOrder.Finish finish)
    {
        lock (_gate)
        {
            return [.. _records.SelectMany(record => record.Missing(finish.Bounds.End, number => !NumberRanges.Contains(finish.Unacknowledged, number)))];
        }
    }

    private Follower Follower(int index, SocketsHttpHandler handler)
    {
        var customer = _task.First + index;
        var subject = Script.Customer(_task.Run, customer);
        var options = new MilepostClientOptions
        {
            BaseAddress = _task.Urls[0],
            Tenant = _task.Tenant,
            Token = _ => ValueTask.FromResult(_signer.Sign(subject)),
            Transport = _task.Transports[customer % _task.Transports.Count],
        };
        var events = new FollowerEvents(frame => Took(index, frame), change => Interlocked.Add(ref _connected, change), trouble => _trouble = trouble)
        {
            Storm = _storm,
            Breaks = _breaks,
        };
        return new Follower(options, new NodeRoute(_task.Urls, customer / _task.Transports.Count, handler), events, _clock);
    }

    private void Took(int index, ServerFrame frame)
    {
        var now = _clock.GetTimestamp();
        if (frame.Type != FrameTypes.NotificationNew || !frame.Data.TryGetProperty("notification"u8, out var notification)
            || notification.GetProperty("eventId"u8).GetString() is not { } text || !EventId.TryParse(text, _task.Run, out var id))
        {
            Interlocked.Increment(ref _foreign);
            return;
        }

        Interlocked.Increment(ref _delivered);
        lock (_gate)
        {
            if (_records[index].Add(id, frame.Offset ?? 0))
            {
                _latencies[(int)id.Phase].Add((now - id.Due) / (_clock.TimestampFrequency / 1_000_000));
            }
        }
    }
}
