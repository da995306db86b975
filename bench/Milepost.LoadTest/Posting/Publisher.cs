using System.Buffers;
using System.Collections.Concurrent;

namespace Milepost.LoadTest.Posting;

/// <summary>
/// Posts events on schedule, open loop: each event has a time at which it is due, whatever became of the ones before, and its latency
/// counts from then. So a server that stalls is measured as its users would feel it. Only an order's own events wait for each other:
/// what comes behind a later status is no news for a customer, and would be taken for a loss.
/// </summary>
internal sealed class Publisher : IDisposable
{
    private const int MostUnderWay = 50_000;
    private const int LargestEvent = 640;
    private readonly LoadSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Schedule _schedule;
    private readonly long _start;
    private readonly Script _script;
    private readonly EventSender _sender;
    private readonly ConcurrentDictionary<long, Task> _pending = new();
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _underWay;
    private volatile string? _trouble;

    /// <param name="settings">What to post.</param>
    /// <param name="schedule">When.</param>
    /// <param name="clock">By which clock.</param>
    /// <param name="start">The timestamp from which the schedule counts.</param>
    public Publisher(LoadSettings settings, Schedule schedule, TimeProvider clock, long start)
    {
        _settings = settings;
        _clock = clock;
        _schedule = schedule;
        _start = start;
        _script = new Script(settings.Run, settings.Connections, Math.Max(settings.Rate, settings.BurstRate));
        _sender = new EventSender(settings, clock);
        Record = new AckRecord(schedule, start, clock.TimestampFrequency);
    }

    public AckRecord Record { get; }

    public long Posted { get; private set; }

    public long Repeated => _sender.Repeated;

    /// <summary>The newest reason for which a post was not acknowledged.</summary>
    public string? Trouble => _trouble ?? _sender.Trouble;

    /// <summary>Posts on schedule; returns when every post has an answer or <see cref="LoadSettings.Drain"/> is over.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var total = _schedule.Total;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), _clock);
        _underWay = 1;
        while (Posted < total && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = _schedule.Count(_clock.GetTimestamp() - _start);
            // A batch goes out when its last event is due; its first one has waited for it, and that counts.
            while (due - Posted >= _settings.Batch || (due == total && Posted < total))
            {
                var count = (int)Math.Min(_settings.Batch, total - Posted);
                Send(Posted, count, abandon.Token);
                Posted += count;
            }
        }

        Arrived(1);
        try
        {
            await _settled.Task.WaitAsync(_settings.Drain, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            _trouble = $"{Interlocked.Read(ref _underWay)} events without an answer {_settings.Drain.TotalSeconds:0} s after the last post";
            await abandon.CancelAsync();
            await _settled.Task.WaitAsync(cancellationToken);
        }
    }

    public void Dispose() => _sender.Dispose();

    private void Send(long first, int count, CancellationToken cancellationToken)
    {
        var numbers = new long[count];
        List<Task>? before = null;
        for (var index = 0; index < count; index++)
        {
            numbers[index] = first + index;
            if (_script.Before(first + index) is { } earlier && _pending.TryGetValue(earlier, out var pending))
            {
                (before ??= []).Add(pending);
            }
        }

        if (Interlocked.Add(ref _underWay, count) > MostUnderWay)
        {
            // The machine must not be filled with what the server does not take. Named in the report, and failed like any other.
            _trouble = $"more than {MostUnderWay} events under way";
            Record.Fail(numbers);
            Arrived(count);
            return;
        }

        var answered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        foreach (var number in numbers)
        {
            _pending[number] = answered.Task;
        }

        _ = PostAsync(numbers, before, answered, cancellationToken);
    }

    private async Task PostAsync(long[] numbers, List<Task>? before, TaskCompletionSource answered, CancellationToken cancellationToken)
    {
        var body = ArrayPool<byte>.Shared.Rent((numbers.Length * LargestEvent) + 2);
        try
        {
            await Task.WhenAll(before ?? []);
            var sent = Array.FindAll(numbers, number => _script.Before(number) is not { } earlier || !Record.Failed(earlier));
            Record.Fail(numbers.Except(sent));
            if (sent.Length > 0)
            {
                await SendAsync(sent, body, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            Record.Fail(numbers);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
            foreach (var number in numbers)
            {
                _pending.TryRemove(number, out _);
            }

            answered.SetResult();
            Arrived(numbers.Length);
        }
    }

    private async Task SendAsync(long[] numbers, byte[] body, CancellationToken cancellationToken)
    {
        var reply = await _sender.SendAsync(body.AsMemory(0, Write(numbers, body)), cancellationToken);
        if (reply is null)
        {
            Record.Fail(numbers);
            return;
        }

        Record.Confirm(numbers, reply.Rejected.Select(rejected => numbers[rejected.Index]), _clock.GetTimestamp());
        if (reply.Rejected is [.., var last])
        {
            _trouble = $"{last.Code}: {last.Detail}";
        }
    }

    private int Write(long[] numbers, byte[] body)
    {
        var length = 0;
        var batch = _settings.Batch > 1;
        foreach (var number in numbers)
        {
            if (batch)
            {
                body[length] = length == 0 ? (byte)'[' : (byte)',';
                length++;
            }

            length += _script.Write(body.AsSpan(length), number, _start + _schedule.Due(number), _schedule.Bounds.Of(number));
        }

        if (batch)
        {
            body[length++] = (byte)']';
        }

        return length;
    }

    private void Arrived(int count)
    {
        if (Interlocked.Add(ref _underWay, -count) == 0)
        {
            _settled.TrySetResult();
        }
    }
}
