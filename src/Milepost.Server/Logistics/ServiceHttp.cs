using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using Milepost.Server.Outgoing;
using Polly;
using Polly.CircuitBreaker;
using Polly.Retry;

namespace Milepost.Server.Logistics;

/// <summary>How a service is asked.</summary>
/// <param name="RequestLimit">How long one attempt may take, the whole body included.</param>
internal sealed record ServiceLimits(TimeSpan RequestLimit)
{
    /// <summary>About how long to wait before the first repeat; the second one waits twice as long.</summary>
    public TimeSpan RetryDelay { get; init; } = TimeSpan.FromMilliseconds(200);
}

/// <summary>
/// Asks a service of the operator: each attempt within a time and a size, twice more where that may help, not at all for a while where half of at
/// least five attempts within half a minute failed (15 s, twice as long each time, up to two minutes) or the service asks to wait. Each party (a
/// tenant) has its own breaker: trouble of one is not the others'. Nothing throws but the caller's own cancellation.
/// </summary>
internal sealed class ServiceHttp : IDisposable
{
    internal static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(15);
    internal static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(2);
    internal static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(10);
    internal const int Retries = 2;
    private const int MaxETag = 256;
    private const int MinimumAttempts = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan DefaultPause = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, Party> _parties = new(StringComparer.Ordinal);
    private readonly HttpClient _http;
    private readonly ServiceLimits _limits;
    private readonly TimeProvider _time;
    private readonly Func<double> _chance;

    /// <param name="limits">How it is asked.</param>
    /// <param name="time">What everything is measured with.</param>
    /// <param name="chance">A number from 0 to below 1, for the jitter.</param>
    public ServiceHttp(ServiceLimits limits, TimeProvider time, Func<double> chance)
    {
        _http = new HttpClient(OutgoingHttp.Handler(authorities: null, connect: null)) { Timeout = Timeout.InfiniteTimeSpan };
        _limits = limits;
        _time = time;
        _chance = chance;
    }

    /// <summary>How many parties are left alone now.</summary>
    public int Resting => _parties.Values.Count(party => party.RestsUntil > _time.GetUtcNow());

    /// <summary>Whether this party is left alone now.</summary>
    public bool IsResting(string party) => _parties.TryGetValue(party, out var state) && state.RestsUntil > _time.GetUtcNow();

    /// <summary>Asks once, with the attempts that this takes.</summary>
    /// <param name="party">Whose breaker counts.</param>
    /// <param name="request">Makes the request anew for each attempt.</param>
    /// <param name="maxBytes">The largest body that is taken.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<ServiceAnswer> GetAsync(string party, Func<HttpRequestMessage> request, int maxBytes, CancellationToken cancellationToken)
    {
        var state = _parties.GetOrAdd(party, static (_, self) => new Party(self._limits, self._time, self._chance), this);
        if (state.PausedUntil > _time.GetUtcNow())
        {
            return new ServiceAnswer.Away("asked to wait");
        }

        try
        {
            return await state.Pipeline.ExecuteAsync(
                static async (call, cancelled) => await call.self.AttemptAsync(call.state, call.request, call.maxBytes, cancelled), (self: this, state, request, maxBytes), cancellationToken);
        }
        catch (BrokenCircuitException)
        {
            return new ServiceAnswer.Away("left in peace");
        }
    }

    public void Dispose() => _http.Dispose();

    private async ValueTask<ServiceAnswer> AttemptAsync(Party party, Func<HttpRequestMessage> make, int maxBytes, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_limits.RequestLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = make();
            using var response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return await ReadAsync(party, response, maxBytes, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new ServiceAnswer.Away("no answer in time");
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException)
        {
            return new ServiceAnswer.Away("not reached");
        }
    }

    private async Task<ServiceAnswer> ReadAsync(Party party, HttpResponseMessage response, int maxBytes, CancellationToken cancellationToken)
    {
        switch (response.StatusCode)
        {
            case HttpStatusCode.NotModified:
                return new ServiceAnswer.Unchanged();
            case HttpStatusCode.NotFound:
                return new ServiceAnswer.NotFound();
            case HttpStatusCode.TooManyRequests:
            case HttpStatusCode.ServiceUnavailable when response.Headers.RetryAfter is not null:
                party.Pause(_time.GetUtcNow() + Wait(response.Headers.RetryAfter));
                return new ServiceAnswer.Away("asked to wait");
            case >= HttpStatusCode.InternalServerError:
                return new ServiceAnswer.Away("broken");
            case HttpStatusCode.OK:
                break;
            case HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden:
                return new ServiceAnswer.Refused("credentials");
            default:
                return new ServiceAnswer.Refused("status");
        }

        return response.Content.Headers.ContentLength > maxBytes || await BodyAsync(response.Content, maxBytes, cancellationToken) is not { } body
            ? new ServiceAnswer.Refused("too large")
            : new ServiceAnswer.Document(body, ETag(response.Headers.ETag));
    }

    private TimeSpan Wait(RetryConditionHeaderValue? asked)
    {
        var wait = asked switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } => date - _time.GetUtcNow(),
            _ => DefaultPause,
        };
        return TimeSpan.FromTicks(Math.Clamp(wait.Ticks, 0, LongestPause.Ticks));
    }

    // Null: larger than allowed.
    private static async Task<byte[]?> BodyAsync(HttpContent content, int maxBytes, CancellationToken cancellationToken)
    {
        await using var stream = await content.ReadAsStreamAsync(cancellationToken);
        var kept = new MemoryStream();
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, cancellationToken)) > 0)
        {
            if (kept.Length + read > maxBytes)
            {
                return null;
            }

            kept.Write(buffer, 0, read);
        }

        return kept.ToArray();
    }

    private static string? ETag(EntityTagHeaderValue? tag) => tag?.ToString() is { Length: <= MaxETag } text ? text : null;

    private sealed class Party
    {
        private long _brokenUntil;
        private long _pausedUntil;

        public Party(ServiceLimits limits, TimeProvider time, Func<double> chance) => Pipeline = new ResiliencePipelineBuilder<ServiceAnswer> { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions<ServiceAnswer>
            {
                MaxRetryAttempts = Retries,
                Delay = limits.RetryDelay,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Randomizer = chance,
                // Who asked to wait is not asked again, nor who let us wait: the next pass comes soon enough.
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is ServiceAnswer.Away { Reason: "broken" or "not reached" }),
            })
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<ServiceAnswer>
            {
                FailureRatio = 0.5,
                MinimumThroughput = MinimumAttempts,
                SamplingDuration = Window,
                BreakDurationGenerator = broken => ValueTask.FromResult(TimeSpan.FromTicks(Math.Min(LongestBreak.Ticks, FirstBreak.Ticks << Math.Min(broken.HalfOpenAttempts, 10)))),
                ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is ServiceAnswer.Away { Reason: not "asked to wait" } || args.Outcome.Exception is not (null or OperationCanceledException)),
                OnOpened = opened =>
                {
                    Volatile.Write(ref _brokenUntil, (time.GetUtcNow() + opened.BreakDuration).UtcTicks);
                    return default;
                },
                OnClosed = _ =>
                {
                    Volatile.Write(ref _brokenUntil, 0);
                    return default;
                },
            })
            .Build();

        public ResiliencePipeline<ServiceAnswer> Pipeline { get; }

        public DateTimeOffset PausedUntil => new(Volatile.Read(ref _pausedUntil), TimeSpan.Zero);

        public DateTimeOffset RestsUntil => new(Math.Max(Volatile.Read(ref _brokenUntil), Volatile.Read(ref _pausedUntil)), TimeSpan.Zero);

        public void Pause(DateTimeOffset until) => Volatile.Write(ref _pausedUntil, until.UtcTicks);
    }
}
