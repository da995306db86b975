using System.Net.Http.Headers;

namespace Milepost.Server.Logistics;

/// <summary>
/// Reads drivers, routes and estimates of the logistics service (docs/protocol/logistics.openapi.yaml). Nothing that it says is believed before it
/// was checked; while it is away, what it said last is told as such.
/// </summary>
internal sealed partial class LogisticsClient : IDisposable
{
    internal const int MaxDocumentBytes = 64 * 1024;
    internal const int MaxRouteBytes = 512 * 1024;
    private const int Drivers = 20_000;
    private const int Orders = 20_000;

    // A route may be large, and whoever shows it keeps it as well.
    private const int Routes = 2_000;

    private readonly DocumentCache<DriverCard> _drivers = new(Drivers);
    private readonly DocumentCache<LogisticsRoute> _routes = new(Routes);
    private readonly DocumentCache<LogisticsEta> _etas = new(Orders);
    private readonly HashSet<string> _tenants;
    private readonly LogisticsTokens _tokens;
    private readonly string _base;
    private readonly ServiceHttp _http;
    private readonly TimeProvider _time;
    private readonly ILogger<LogisticsClient> _logger;

    public LogisticsClient(LogisticsOptions options, LogisticsTokens tokens, TimeProvider time, Func<double> chance, ILogger<LogisticsClient> logger)
    {
        _tenants = [.. options.Tenants];
        _tokens = tokens;
        _base = options.BaseUrl.TrimEnd('/');
        _http = new ServiceHttp(new ServiceLimits(TimeSpan.FromSeconds(options.RequestSeconds)), time, chance);
        _time = time;
        _logger = logger;
    }

    /// <summary>How many tenants' requests are held back, since the service is away or asks to wait.</summary>
    public int Resting => _http.Resting;

    /// <summary>Whether this tenant's requests are held back.</summary>
    public bool IsResting(string tenant) => _http.IsResting(tenant);

    /// <summary>Whether the service knows this tenant's fleet.</summary>
    public bool Serves(string tenant) => _tenants.Contains(tenant);

    public Task<LogisticsRead<DriverCard>> DriverAsync(string tenant, string driverId, CancellationToken cancellationToken) =>
        ReadAsync("driver", _drivers, tenant, driverId, $"fleet-members/{Uri.EscapeDataString(driverId)}", MaxDocumentBytes, body => DocumentReader.Driver(body, driverId, _time.GetUtcNow()), cancellationToken);

    public Task<LogisticsRead<LogisticsRoute>> RouteAsync(string tenant, string orderId, CancellationToken cancellationToken) =>
        ReadAsync("route", _routes, tenant, orderId, $"orders/{Uri.EscapeDataString(orderId)}/route", MaxRouteBytes, body => DocumentReader.Route(body, orderId), cancellationToken);

    public Task<LogisticsRead<LogisticsEta>> EtaAsync(string tenant, string orderId, CancellationToken cancellationToken) =>
        ReadAsync("eta", _etas, tenant, orderId, $"orders/{Uri.EscapeDataString(orderId)}/eta", MaxDocumentBytes, body => DocumentReader.Eta(body, orderId, _time.GetUtcNow()), cancellationToken);

    /// <summary>The newest card of a driver that is known, and since when it has not been checked.</summary>
    public (DriverCard Card, TimeSpan Age)? KnownDriver(string tenant, string driverId) =>
        _drivers.Find(tenant, driverId) is { } cached ? (cached.Document, _time.GetElapsedTime(cached.CheckedAt)) : null;

    public void Dispose() => _http.Dispose();

    private async Task<LogisticsRead<T>> ReadAsync<T>(
        string what, DocumentCache<T> cache, string tenant, string id, string path, int maxBytes, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        if (!Serves(tenant))
        {
            return new LogisticsRead<T>.None();
        }

        var before = cache.Find(tenant, id);
        var started = _time.GetTimestamp();
        var answer = await AskAsync(tenant, path, before?.ETag, maxBytes, cancellationToken);
        var (result, outcome) = Judge(what, cache, tenant, id, before, answer, read);
        LogisticsMetrics.Request(what, outcome, _time.GetElapsedTime(started));
        return result;
    }

    private (LogisticsRead<T> Read, string Outcome) Judge<T>(
        string what, DocumentCache<T> cache, string tenant, string id, CachedDocument<T>? before, ServiceAnswer answer, Func<ReadOnlyMemory<byte>, T> read)
        where T : class
    {
        switch (answer)
        {
            case ServiceAnswer.Document document:
                try
                {
                    var value = read(document.Body);
                    cache.Put(tenant, id, new CachedDocument<T>(value, document.ETag, _time.GetTimestamp()));
                    return (new LogisticsRead<T>.Found(value), "found");
                }
                catch (RefusedDocumentException refused)
                {
                    Log.Refused(_logger, what, tenant, refused.Member);
                    return (new LogisticsRead<T>.Unknown(before?.Document), "refused");
                }

            case ServiceAnswer.Unchanged when before?.ETag is not null:
                cache.Put(tenant, id, before with { CheckedAt = _time.GetTimestamp() });
                return (new LogisticsRead<T>.Found(before.Document), "unchanged");
            case ServiceAnswer.Unchanged:
                Log.Refused(_logger, what, tenant, "304");
                return (new LogisticsRead<T>.Unknown(before?.Document), "refused");
            case ServiceAnswer.NotFound:
                cache.Remove(tenant, id);
                return (new LogisticsRead<T>.None(), "none");
            case ServiceAnswer.Away away:
                Log.Away(_logger, what, tenant, away.Reason);
                return (new LogisticsRead<T>.Unknown(before?.Document), "away");
            case ServiceAnswer.Refused refused:
                Log.Refused(_logger, what, tenant, refused.Reason);
                return (new LogisticsRead<T>.Unknown(before?.Document), "refused");
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private async Task<ServiceAnswer> AskAsync(string tenant, string path, string? tag, int maxBytes, CancellationToken cancellationToken)
    {
        string token;
        try
        {
            token = _tokens.Of(tenant);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return new ServiceAnswer.Away("the token cannot be read");
        }

        return await _http.GetAsync(
            tenant, () =>
            {
                var request = new HttpRequestMessage(HttpMethod.Get, $"{_base}/v1/{tenant}/{path}") { Headers = { Accept = { new MediaTypeWithQualityHeaderValue("application/json") } } };
                request.Headers.Authorization = token.Length > 0 ? new AuthenticationHeaderValue("Bearer", token) : null;
                if (tag is not null)
                {
                    request.Headers.TryAddWithoutValidation("If-None-Match", tag);
                }

                return request;
            },
            maxBytes,
            cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "The logistics service did not tell of a {What} of {Tenant}: {Reason}")]
        public static partial void Away(ILogger logger, string what, string tenant, string reason);

        [LoggerMessage(2, LogLevel.Warning, "What the logistics service said of a {What} of {Tenant} was refused: {Reason}")]
        public static partial void Refused(ILogger logger, string what, string tenant, string reason);
    }
}
