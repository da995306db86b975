using Milepost.Server.Channels.Push;

namespace Milepost.Server.Channels.WebPush;

/// <summary>The tokens that tell push services who we are (RFC 8292), one for each service, made again before they end.</summary>
internal sealed class VapidTokens(VapidKeys keys, string subject, TimeProvider time)
{
    /// <summary>RFC 8292, 2: at most 24 hours. Half of that leaves room for wrong clocks on either side.</summary>
    internal static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private static readonly TimeSpan Early = TimeSpan.FromHours(1);

    /// <summary>For so long a message that was taken proves that our keys are good. Whatever breaks later shows after that.</summary>
    internal static readonly TimeSpan ProofFor = TimeSpan.FromMinutes(15);

    // Origins come from subscriptions, so anybody can invent them.
    private const int MaxServices = 256;

    private readonly Dictionary<string, Service> _services = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();

    /// <summary>The value of <c>Authorization</c> for a service.</summary>
    /// <param name="origin">For example <c>https://updates.push.services.mozilla.com</c>.</param>
    public string Authorization(string origin)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            if (!_services.TryGetValue(origin, out var service) || service.EndsAt <= now + Early)
            {
                service = Store(origin, new Service(Sign(origin, now + Life), now + Life, service?.AcceptedAt));
            }

            return $"vapid t={service.Token}, k={keys.PublicKey}";
        }
    }

    /// <summary>The service has taken a message under our name, so our keys are good there.</summary>
    public void Accepted(string origin)
    {
        lock (_gate)
        {
            if (_services.TryGetValue(origin, out var service))
            {
                _services[origin] = service with { AcceptedAt = time.GetUtcNow() };
            }
        }
    }

    public bool IsAccepted(string origin)
    {
        lock (_gate)
        {
            return _services.TryGetValue(origin, out var service) && time.GetUtcNow() - service.AcceptedAt < ProofFor;
        }
    }

    /// <summary>The service does not take the token: the next one is new.</summary>
    public void Renew(string origin)
    {
        lock (_gate)
        {
            if (_services.TryGetValue(origin, out var service))
            {
                _services[origin] = service with { EndsAt = DateTimeOffset.MinValue };
            }
        }
    }

    private Service Store(string origin, Service service)
    {
        if (_services.Count >= MaxServices && !_services.ContainsKey(origin))
        {
            _services.Remove(_services.MinBy(pair => (pair.Value.AcceptedAt, pair.Value.EndsAt)).Key);
        }

        return _services[origin] = service;
    }

    private string Sign(string origin, DateTimeOffset end)
    {
        var claims = new Dictionary<string, object>(StringComparer.Ordinal) { ["aud"] = origin, ["exp"] = end.ToUnixTimeSeconds() };
        if (subject.Length > 0)
        {
            claims["sub"] = subject;
        }

        return Es256Token.Sign(keys.Key, keyId: null, claims);
    }

    private sealed record Service(string Token, DateTimeOffset EndsAt, DateTimeOffset? AcceptedAt);
}
