using System.Buffers;
using System.Net.Http.Headers;
using System.Text.Json;
using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Workers;
using Milepost.Protocol;

namespace Milepost.LoadTest.Posting;

/// <summary>
/// Posts events at a fixed rate, open loop: each event has a time at which it is due, whatever became of the ones before, and its
/// latency counts from then. So a server that stalls is measured as its users would feel it.
/// </summary>
internal sealed class Publisher : IDisposable
{
    private const int MostUnderWay = 50_000;
    private const int LargestEvent = 640;
    private readonly LoadSettings _settings;
    private readonly TimeProvider _clock;
    private readonly Script _script;
    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _address;
    private readonly AuthenticationHeaderValue _credentials;
    private readonly MediaTypeHeaderValue _mediaType;
    private readonly Lock _gate = new();
    private readonly Histogram _latencies = new();
    private readonly List<long> _unacknowledged = [];
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _acknowledged;
    private long _underWay;
    private volatile string? _trouble;

    public Publisher(LoadSettings settings, TimeProvider clock)
    {
        _settings = settings;
        _clock = clock;
        _script = new Script(settings.Run, settings.Connections, settings.Rate);
        _handler = SourceAddress.Handler(settings.Url, settings.Processes);
        _handler.MaxConnectionsPerServer = settings.Producers;
        _invoker = new HttpMessageInvoker(_handler);
        _address = new Uri(settings.Url, $"/api/v1/{settings.Tenant}/events");
        _credentials = new AuthenticationHeaderValue("Bearer", new TokenSigner(settings.SigningKey, settings.Tenant, clock.GetUtcNow().AddHours(24)).Sign("load-test", "events:write"));
        _mediaType = new MediaTypeHeaderValue(settings.Batch == 1 ? "application/cloudevents+json" : "application/cloudevents-batch+json");
    }

    /// <summary>From an event's due time to the server's confirmation that it is on disk.</summary>
    public Histogram Latencies => _latencies;

    public long Posted { get; private set; }

    public long Acknowledged => Interlocked.Read(ref _acknowledged);

    /// <summary>The newest reason for which a post was not acknowledged.</summary>
    public string? Trouble => _trouble;

    /// <summary>First and last number, in turns, of the events without a confirmation. To be asked for after the run.</summary>
    public IReadOnlyList<long> Unacknowledged
    {
        get
        {
            lock (_gate)
            {
                return NumberRanges.Of(_unacknowledged.Order());
            }
        }
    }

    /// <summary>Posts on schedule; returns when every post has an answer or <see cref="LoadSettings.Drain"/> is over.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var abandon = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var start = _clock.GetTimestamp();
        var perEvent = _clock.TimestampFrequency / _settings.Rate;
        var warm = (long)(_settings.WarmUp.TotalSeconds * _settings.Rate);
        var total = warm + (long)(_settings.Duration.TotalSeconds * _settings.Rate);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1), _clock);
        _underWay = 1;
        while (Posted < total && await timer.WaitForNextTickAsync(cancellationToken))
        {
            var due = Math.Min(total, (long)((_clock.GetTimestamp() - start) / perEvent) + 1);
            // A batch goes out when its last event is due; its first one has waited for it, and that counts.
            while (due - Posted >= _settings.Batch || (due == total && Posted < total))
            {
                var count = (int)Math.Min(_settings.Batch, total - Posted);
                Send(Posted, count, start, perEvent, warm, abandon.Token);
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

    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    private void Send(long first, int count, long start, double perEvent, long warm, CancellationToken cancellationToken)
    {
        if (Interlocked.Add(ref _underWay, count) > MostUnderWay)
        {
            // The machine must not be filled with what the server does not take. Named in the report, and failed like any other.
            Fail(first, count, $"more than {MostUnderWay} events under way");
            return;
        }

        var body = ArrayPool<byte>.Shared.Rent((count * LargestEvent) + 2);
        var length = 0;
        var batch = _settings.Batch > 1;
        for (var index = 0; index < count; index++)
        {
            if (batch)
            {
                body[length++] = index == 0 ? (byte)'[' : (byte)',';
            }

            var number = first + index;
            length += _script.Write(body.AsSpan(length), number, start + (long)(number * perEvent), warmUp: number < warm);
        }

        if (batch)
        {
            body[length++] = (byte)']';
        }

        _ = PostAsync(body, length, first, count, start, perEvent, warm, cancellationToken);
    }

    private async Task PostAsync(byte[] body, int length, long first, int count, long start, double perEvent, long warm, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, _address) { Content = new ByteArrayContent(body, 0, length) };
            request.Headers.Authorization = _credentials;
            request.Content.Headers.ContentType = _mediaType;
            using var response = await _invoker.SendAsync(request, cancellationToken);
            var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if ((int)response.StatusCode != 202)
            {
                Fail(first, count, $"HTTP {(int)response.StatusCode} {System.Text.Encoding.UTF8.GetString(answer.AsSpan(0, Math.Min(200, answer.Length)))}");
                return;
            }

            Confirm(answer, first, count, start, perEvent, warm);
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException or OperationCanceledException or JsonException)
        {
            Fail(first, count, cause.Message);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(body);
        }
    }

    private void Confirm(byte[] answer, long first, int count, long start, double perEvent, long warm)
    {
        var now = _clock.GetTimestamp();
        var reply = JsonSerializer.Deserialize(answer, ProtocolJson.Default.RecordReply) ?? throw new JsonException("the answer is null");
        lock (_gate)
        {
            foreach (var rejected in reply.Rejected)
            {
                _unacknowledged.Add(first + rejected.Index);
                _trouble = $"{rejected.Code}: {rejected.Detail}";
            }

            for (var index = 0; index < count; index++)
            {
                if (first + index >= warm)
                {
                    _latencies.Add((now - start - (long)((first + index) * perEvent)) / (_clock.TimestampFrequency / 1_000_000));
                }
            }
        }

        Interlocked.Add(ref _acknowledged, count - reply.Rejected.Count);
        Arrived(count);
    }

    private void Fail(long first, int count, string reason)
    {
        _trouble = reason;
        lock (_gate)
        {
            for (var index = 0; index < count; index++)
            {
                _unacknowledged.Add(first + index);
            }
        }

        Arrived(count);
    }

    private void Arrived(int count)
    {
        if (Interlocked.Add(ref _underWay, -count) == 0)
        {
            _settled.TrySetResult();
        }
    }
}
