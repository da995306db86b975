using Milepost.Client;
using Milepost.Client.Streams;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Posting;
using Milepost.Protocol.Streams;

namespace Milepost.LoadTest.Workers;

/// <summary>The connections of one client process, each a customer who follows the own notifications through the public SDK.</summary>
internal sealed class Crowd(WorkerOrder.Connect task, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private readonly Histogram _latencies = new();
    private readonly CustomerRecord[] _records = [.. Enumerable.Range(task.First, task.Count).Select(customer => new CustomerRecord(customer, task.Customers))];
    private readonly StreamFollow[] _follows = new StreamFollow[task.Count];
    private readonly TokenSigner _signer = new(task.SigningKey, task.Tenant, clock.GetUtcNow().AddHours(24));
    private int _connected;
    private long _delivered;
    private long _disconnects;
    private long _foreign;
    private volatile string? _trouble;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var handler = SourceAddress.Handler(task.Url, task.Index);
        var started = clock.GetTimestamp();
        var follows = new List<Task>(task.Count);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(2), clock);
        try
        {
            while (follows.Count < task.Count && await timer.WaitForNextTickAsync(cancellationToken))
            {
                var due = Math.Min(task.Count, (int)(clock.GetElapsedTime(started).TotalSeconds * task.PerSecond));
                while (follows.Count < due)
                {
                    follows.Add(FollowAsync(follows.Count, handler, cancellationToken));
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end came before everybody was there.
        }

        await Task.WhenAll(follows);
    }

    public WorkerNote.Progress Progress() =>
        new(Volatile.Read(ref _connected), Interlocked.Read(ref _delivered), Interlocked.Read(ref _disconnects), Environment.CpuUsage.TotalTime.TotalSeconds, _trouble);

    /// <summary>Returns when every acknowledged event has come, or when time is up.</summary>
    public async Task ArrivedAsync(WorkerOrder.Finish finish, CancellationToken cancellationToken)
    {
        var until = clock.GetTimestamp();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        while (Missing(finish) > 0 && clock.GetElapsedTime(until).TotalSeconds < finish.DrainSeconds)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    public WorkerNote.Result Result(WorkerOrder.Finish finish)
    {
        var lost = Missing(finish);
        lock (_gate)
        {
            return new WorkerNote.Result
            {
                Delivered = _records.Sum(record => record.Delivered),
                Lost = lost,
                Duplicated = _records.Sum(record => record.Duplicated) + _follows.Sum(follow => follow?.Duplicates ?? 0),
                OutOfOrder = _records.Sum(record => record.OutOfOrder) + _follows.Sum(follow => follow?.Gaps ?? 0),
                Overtaken = _records.Sum(record => record.Overtaken),
                Foreign = _foreign,
                Disconnects = Interlocked.Read(ref _disconnects),
                Latencies = _latencies.ToSparse(),
                MaxLatency = _latencies.Max,
            };
        }
    }

    private long Missing(WorkerOrder.Finish finish)
    {
        lock (_gate)
        {
            return _records.Sum(record => record.Missing(finish.Events, number => !NumberRanges.Contains(finish.Unacknowledged, number)));
        }
    }

    private async Task FollowAsync(int index, SocketsHttpHandler handler, CancellationToken cancellationToken)
    {
        var subject = Script.Customer(task.Run, task.First + index);
        await using var client = new MilepostClient(new MilepostClientOptions
        {
            BaseAddress = task.Url,
            Tenant = task.Tenant,
            Token = _ => ValueTask.FromResult(_signer.Sign(subject)),
            Transport = task.Transport,
            TimeProvider = clock,
            Handler = handler,
        });
        var ready = false;
        try
        {
            _follows[index] = client.Streams.FollowAsync(new FollowRequest { Streams = [StreamLabels.Notifications] }, cancellationToken);
            await foreach (var message in _follows[index])
            {
                switch (message)
                {
                    case StreamMessage.Entry entry:
                        Took(index, entry.Frame);
                        break;
                    case StreamMessage.Ready when !ready:
                        ready = true;
                        Interlocked.Increment(ref _connected);
                        break;
                    case StreamMessage.ConnectionChanged { State: ConnectionState.Disconnected } change:
                        Interlocked.Increment(ref _disconnects);
                        _trouble = $"{change.Reason}: {change.Detail}";
                        Interlocked.Add(ref _connected, ready ? -1 : 0);
                        ready = false;
                        break;
                    case StreamMessage.Reset or StreamMessage.Error:
                        _trouble = message.ToString();
                        break;
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
        catch (MilepostException refused)
        {
            // Counted as a connection that is not there; the parent shows the reason.
            Interlocked.Add(ref _connected, ready ? -1 : 0);
            _trouble = $"{refused.Code}: {refused.Message}";
        }
    }

    private void Took(int index, ServerFrame frame)
    {
        var now = clock.GetTimestamp();
        if (frame.Type != FrameTypes.NotificationNew || !frame.Data.TryGetProperty("notification"u8, out var notification)
            || notification.GetProperty("eventId"u8).GetString() is not { } text || !EventId.TryParse(text, task.Run, out var id))
        {
            Interlocked.Increment(ref _foreign);
            return;
        }

        Interlocked.Increment(ref _delivered);
        lock (_gate)
        {
            if (_records[index].Add(id, frame.Offset ?? 0) && !id.WarmUp)
            {
                _latencies.Add((now - id.Due) / (clock.TimestampFrequency / 1_000_000));
            }
        }
    }
}
