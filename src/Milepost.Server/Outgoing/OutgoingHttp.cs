using System.Net;
using System.Net.Sockets;

namespace Milepost.Server.Outgoing;

/// <summary>Finds the addresses of a name.</summary>
internal delegate Task<IPAddress[]> NameResolver(string host, CancellationToken cancellationToken);

/// <summary>
/// Calls addresses that users supply, and only where they may lead. The name is resolved here and the connection goes to the very address that
/// was checked, so an answer of the DNS that changes in between changes nothing. Redirects, proxies and cookies do not exist.
/// </summary>
internal sealed class OutgoingHttp : IDisposable
{
    private static readonly TimeSpan ConnectLimit = TimeSpan.FromSeconds(6);

    private readonly OutgoingRules _rules;
    private readonly NameResolver _resolve;
    private readonly TimeProvider _time;
    private readonly HttpClient _http;

    public OutgoingHttp(OutgoingRules rules, NameResolver resolve, TimeProvider time, TrustedAuthorities? authorities = null)
    {
        _rules = rules;
        _resolve = resolve;
        _time = time;
        _http = new HttpClient(Handler(authorities, ConnectAsync)) { Timeout = Timeout.InfiniteTimeSpan };
    }

    public OutgoingHttp(OutgoingOptions options, TimeProvider time)
        : this(OutgoingRules.Of(options), Dns.GetHostAddressesAsync, time, TrustedAuthorities.Of(options))
    {
    }

    public OutgoingRules Rules => _rules;

    /// <summary>Sends once. Throws <see cref="OperationCanceledException"/> only when the caller's token is cancelled.</summary>
    /// <param name="request">Its address is checked again, as it was written.</param>
    /// <param name="cancellationToken">Ends the attempt; what was sent by then is not known.</param>
    public async Task<OutgoingAnswer> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        OutgoingAddress.Check(request.RequestUri?.OriginalString, _rules) is null
            ? await HttpExchange.SendAsync(_http, request, _time, cancellationToken)
            : new OutgoingAnswer.AddressRefused();

    /// <summary>
    /// Opens an answer whose body is read as it comes, which the caller disposes of, or says in words for our own log why there is none. How long it may
    /// take and how much of it is read is the caller's to limit. Throws <see cref="OperationCanceledException"/> only when the caller's token is cancelled.
    /// </summary>
    public async Task<(HttpResponseMessage? Response, string? Failure)> OpenAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        if (OutgoingAddress.Check(request.RequestUri?.OriginalString, _rules) is not null)
        {
            return (null, OutgoingAnswer.AddressRefused.Text);
        }

        try
        {
            return (await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken), null);
        }
        catch (HttpRequestException failure)
        {
            return (null, HttpExchange.Explain(failure));
        }
    }

    public void Dispose() => _http.Dispose();

    /// <summary>A handler that follows nothing, keeps nothing and tells nobody.</summary>
    /// <param name="authorities">Who may sign certificates beside the system's authorities.</param>
    /// <param name="connect">How a connection is made; null: as the system does, by its proxy where it has one. For addresses of the operator only.</param>
    internal static HttpMessageHandler Handler(TrustedAuthorities? authorities, Func<SocketsHttpConnectionContext, CancellationToken, ValueTask<Stream>>? connect)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = connect is null,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = ConnectLimit,
            ConnectCallback = connect,
            // What a name leads to changes; connections must not outlive it for long.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            PooledConnectionIdleTimeout = TimeSpan.FromSeconds(60),
            MaxConnectionsPerServer = 64,
            EnableMultipleHttp2Connections = true,
            KeepAlivePingDelay = TimeSpan.FromSeconds(60),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(15),
            MaxResponseHeadersLength = 16,
            ResponseDrainTimeout = TimeSpan.FromSeconds(1),
            // Our trace ids are nobody else's business, and an address of a push service, which traces would hold, is a secret.
            ActivityHeadersPropagator = null,
        };
        authorities?.ApplyTo(handler.SslOptions);
        return new ResetConnections(handler);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var target = context.DnsEndPoint;
        var found = IPAddress.TryParse(target.Host, out var literal) ? [literal] : await _resolve(target.Host, cancellationToken);
        var allowed = found.Where(_rules.Allows).Select(PublicAddresses.Unwrap).ToList();
        if (allowed.Count == 0)
        {
            throw found.Length > 0 ? new AddressRefusedException() : new SocketException((int)SocketError.HostNotFound);
        }

        for (var i = 0; ; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            using var share = new CancellationTokenSource(ConnectLimit / allowed.Count, _time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(share.Token, cancellationToken);
            try
            {
                await socket.ConnectAsync(new IPEndPoint(allowed[i], target.Port), either.Token);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch (Exception failure) when (i + 1 < allowed.Count && failure is SocketException or OperationCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // The next address of the same name may be reachable.
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }
}

/// <summary>Every address of a name leads where nothing may be sent.</summary>
internal sealed class AddressRefusedException() : IOException(OutgoingAnswer.AddressRefused.Text);
