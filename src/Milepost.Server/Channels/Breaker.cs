using System.Collections.Concurrent;
using Milepost.Core.Deliveries;
using Polly;
using Polly.CircuitBreaker;

namespace Milepost.Server.Channels;

/// <summary>
/// Leaves a provider in peace that cannot be used: when half of at least five sends within half a minute found it down, nothing is asked of it for
/// a while (15 s, twice as long each time, up to five minutes); then one message tries. Each far side has a breaker of its own.
/// </summary>
internal sealed class Breaker(IProvider provider, TimeProvider time)
{
    internal static readonly TimeSpan FirstBreak = TimeSpan.FromSeconds(15);
    internal static readonly TimeSpan LongestBreak = TimeSpan.FromMinutes(5);
    internal const int MinimumSends = 5;
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, Party> _parties = new(StringComparer.Ordinal);

    public IEnumerable<ProviderHealth> Health(DeliveryChannel channel) => _parties.Values.Select(party => party.Health(channel, provider.Name, time.GetUtcNow()));

    /// <summary>Null: it may be asked.</summary>
    public DateTimeOffset? OpenUntil(OutgoingMessage message) => PartyOf(message).OpenUntil(time.GetUtcNow());

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        var party = PartyOf(message);
        try
        {
            var answer = await party.Pipeline.ExecuteAsync(static async (state, cancelled) => await state.provider.SendAsync(state.message, cancelled), (provider, message), cancellationToken);
            party.Heard(answer.GetType().Name, time.GetUtcNow());
            return answer;
        }
        catch (BrokenCircuitException broken)
        {
            return new SendAnswer.Down($"{provider.Name} is left in peace for a while.", broken.RetryAfter) { Asked = false };
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            party.Heard(failure.GetType().Name, time.GetUtcNow());
            throw;
        }
    }

    private Party PartyOf(OutgoingMessage message) => _parties.GetOrAdd(provider.PartyOf(message), name => new Party(name, time));

    private sealed class Party
    {
        private readonly string _name;
        private long _openUntil;
        private (string Answer, DateTimeOffset At)? _last;

        public Party(string name, TimeProvider time)
        {
            _name = name;
            Pipeline = new ResiliencePipelineBuilder<SendAnswer> { TimeProvider = time }
                .AddCircuitBreaker(new CircuitBreakerStrategyOptions<SendAnswer>
                {
                    FailureRatio = 0.5,
                    MinimumThroughput = MinimumSends,
                    SamplingDuration = Window,
                    BreakDurationGenerator = broken => ValueTask.FromResult(TimeSpan.FromTicks(Math.Min(LongestBreak.Ticks, FirstBreak.Ticks << Math.Min(broken.HalfOpenAttempts, 10)))),
                    ShouldHandle = args => ValueTask.FromResult(args.Outcome.Result is SendAnswer.Down or SendAnswer.Unknown || args.Outcome.Exception is not null),
                    OnOpened = opened =>
                    {
                        Volatile.Write(ref _openUntil, (time.GetUtcNow() + opened.BreakDuration).UtcTicks);
                        return default;
                    },
                    OnClosed = _ =>
                    {
                        Volatile.Write(ref _openUntil, 0);
                        return default;
                    },
                })
                .Build();
        }

        public ResiliencePipeline<SendAnswer> Pipeline { get; }

        public DateTimeOffset? OpenUntil(DateTimeOffset now) => Volatile.Read(ref _openUntil) is var until && until > now.UtcTicks ? new DateTimeOffset(until, TimeSpan.Zero) : null;

        public void Heard(string answer, DateTimeOffset at)
        {
            lock (Pipeline)
            {
                _last = (answer, at);
            }
        }

        public ProviderHealth Health(DeliveryChannel channel, string provider, DateTimeOffset now)
        {
            lock (Pipeline)
            {
                return new ProviderHealth(channel, provider, _name, OpenUntil(now), _last?.Answer, _last?.At);
            }
        }
    }
}
