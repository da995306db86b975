using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Push;

/// <summary>Calls push services whose address the operator chose.</summary>
internal sealed class PushHttp(TrustedAuthorities? authorities, TimeProvider time) : IDisposable
{
    private readonly HttpClient _http = new(OutgoingHttp.Handler(authorities, connect: null)) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>As <see cref="HttpExchange.SendAsync"/>.</summary>
    public Task<OutgoingAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => HttpExchange.SendAsync(_http, request, time, cancellationToken);

    public void Dispose() => _http.Dispose();
}
