using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels;

/// <summary>
/// The providers of one channel in the order in which they are asked. The next one is asked only where it is certain that the one before has not
/// sent the message: a message goes out once.
/// </summary>
internal sealed class ChannelRoute(DeliveryChannel channel, IReadOnlyList<IProvider> providers, TimeProvider time)
{
    private readonly Breaker[] _breakers = [.. providers.Select(provider => new Breaker(provider, time))];

    public DeliveryChannel Channel => channel;

    /// <summary>The providers with what is known of them, for operators.</summary>
    public IEnumerable<ProviderHealth> Health => _breakers.SelectMany(breaker => breaker.Health(channel));

    /// <summary>Until when none of the providers is to be asked for this message; null: one can be.</summary>
    public DateTimeOffset? DownUntil(OutgoingMessage message)
    {
        DateTimeOffset? first = null;
        foreach (var breaker in _breakers)
        {
            if (breaker.OpenUntil(message) is not { } until)
            {
                return null;
            }

            first = first is null || until < first ? until : first;
        }

        return first;
    }

    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        SendAnswer answer = new SendAnswer.Down("No provider can be used at the moment.") { Asked = false };
        var asked = false;
        foreach (var breaker in _breakers)
        {
            answer = await breaker.SendAsync(message, cancellationToken);
            asked |= answer is not SendAnswer.Down { Asked: false };
            if (answer is not (SendAnswer.Down or SendAnswer.Later))
            {
                break;
            }
        }

        return answer is SendAnswer.Down down ? down with { Asked = asked } : answer;
    }
}

/// <summary>How a provider does.</summary>
/// <param name="Channel">What it carries.</param>
/// <param name="Provider">Its name.</param>
/// <param name="Party">The far side, where a provider has several.</param>
/// <param name="OpenUntil">Until when it is left in peace; null: it is in use.</param>
/// <param name="LastAnswer">The class of its last answer.</param>
/// <param name="LastAt">When that was.</param>
internal sealed record ProviderHealth(DeliveryChannel Channel, string Provider, string Party, DateTimeOffset? OpenUntil, string? LastAnswer, DateTimeOffset? LastAt);
