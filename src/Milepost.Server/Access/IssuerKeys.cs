using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Milepost.Server.Access;

/// <summary>
/// The keys of an OpenID Connect issuer. They are read again when they are older than <paramref name="refresh"/>, and when a token names one that
/// is not among them, but never more often than <see cref="AtMostEvery"/>: tokens with invented names must not become requests to the issuer.
/// While the issuer does not answer, the keys it gave last stay in force.
/// </summary>
internal sealed partial class IssuerKeys(string authority, TimeSpan refresh, TimeProvider time, ILogger<IssuerKeys> logger)
{
    internal static readonly TimeSpan AtMostEvery = TimeSpan.FromSeconds(30);

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromSeconds(5), MaxResponseContentBufferSize = 1024 * 1024 };

    private readonly Lock _lock = new();
    private readonly string _address = authority.TrimEnd('/') + "/.well-known/openid-configuration";

    // An issuer on this machine needs no TLS; any other does.
    private readonly HttpDocumentRetriever _documents = new(Http) { RequireHttps = !new Uri(authority).IsLoopback };
    private volatile Known? _known;
    private DateTimeOffset _askedAt = DateTimeOffset.MinValue;
    private Task? _asking;

    /// <summary>The issuer's name and keys; null while it has never answered.</summary>
    /// <param name="keyId">The key that a token names.</param>
    public async ValueTask<OpenIdConnectConfiguration?> ForAsync(string? keyId)
    {
        if (_known is not { } known || known.At + refresh <= time.GetUtcNow() || (keyId is not null && !known.Has(keyId)))
        {
            await ReadAgainAsync();
        }

        return _known?.Configuration;
    }

    private Task ReadAgainAsync()
    {
        lock (_lock)
        {
            var now = time.GetUtcNow();
            if (_asking is not { IsCompleted: false })
            {
                if (now - _askedAt < AtMostEvery)
                {
                    return Task.CompletedTask;
                }

                _askedAt = now;
                _asking = ReadAsync(now);
            }

            return _asking;
        }
    }

    private async Task ReadAsync(DateTimeOffset now)
    {
        try
        {
            _known = new Known(await OpenIdConnectConfigurationRetriever.GetAsync(_address, _documents, CancellationToken.None), now);
        }
        catch (Exception failure) when (failure is IOException or InvalidOperationException or HttpRequestException or ArgumentException or OperationCanceledException)
        {
            Log.NotRead(logger, failure, _address);
        }
    }

    private sealed record Known(OpenIdConnectConfiguration Configuration, DateTimeOffset At)
    {
        public bool Has(string keyId) => Configuration.SigningKeys.Any(key => key.KeyId == keyId);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The issuer's keys could not be read from {Address}; those read last stay in force")]
        public static partial void NotRead(ILogger logger, Exception failure, string address);
    }
}
