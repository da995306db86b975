using Milepost.Core.Tenants;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Sms;

/// <summary>The accounts that take our SMS, in the order in which they are asked.</summary>
internal sealed class SmsProviders : IDisposable
{
    private readonly HttpClient _http;

    public SmsProviders(SmsOptions options, OutgoingOptions outgoing, SmsCallback callback, ITenantCatalog tenants, TimeProvider time)
    {
        _http = new HttpClient(OutgoingHttp.Handler(TrustedAuthorities.Of(outgoing), connect: null)) { Timeout = Timeout.InfiniteTimeSpan };
        All = [.. options.Providers.Select(entry => new TwilioProvider(
            TwilioAccount.Parse(entry, out var problem) ?? throw new InvalidOperationException($"Channels:Sms:Providers: an entry {problem}"), options, callback, tenants, _http, time))];
    }

    public IReadOnlyList<IProvider> All { get; }

    public void Dispose() => _http.Dispose();
}
