using Google.Apis.Auth.OAuth2;
using Google.Apis.Http;
using Google.Apis.Util;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Channels.Fcm;

/// <summary>Access tokens of a service account, by Google's own library: kept, and asked for again before they end.</summary>
internal sealed class FcmTokens : IDisposable
{
    private const string Scope = "https://www.googleapis.com/auth/firebase.messaging";

    // Half of what a worker waits for a message.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly ServiceAccountCredential _credential;
    private readonly TimeProvider _time;

    public FcmTokens(FcmAccount account, TrustedAuthorities? authorities, TimeProvider time)
    {
        _time = time;
        _credential = new ServiceAccountCredential(new ServiceAccountCredential.Initializer(account.ClientEmail, account.TokenUri)
        {
            Scopes = [Scope],
            KeyId = account.PrivateKeyId,
            Clock = new ClockOf(time),
            HttpClientFactory = new Clients(authorities),

            // The queue tries again; a worker must not wait in here.
            DefaultExponentialBackOffPolicy = ExponentialBackOffPolicy.None,
        }.FromPrivateKey(account.PrivateKey));
    }

    /// <summary>
    /// Throws <see cref="Google.Apis.Auth.OAuth2.Responses.TokenResponseException"/> when Google refuses, <see cref="HttpRequestException"/> when it
    /// cannot be reached, <see cref="OperationCanceledException"/> also when it does not answer.
    /// </summary>
    public Task<string> GetAsync(CancellationToken cancellationToken) =>
        LimitedAsync(limited => _credential.GetAccessTokenForRequestAsync(authUri: null, limited), cancellationToken);

    /// <summary>A token was refused: asks for a new one now. Throws as <see cref="GetAsync"/>.</summary>
    public Task RenewAsync(CancellationToken cancellationToken) => LimitedAsync(_credential.RequestAccessTokenAsync, cancellationToken);

    public void Dispose() => _credential.HttpClient.Dispose();

    private async Task<T> LimitedAsync<T>(Func<CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        return await ask(either.Token).WaitAsync(either.Token);
    }

    private sealed class Clients(TrustedAuthorities? authorities) : HttpClientFactory
    {
        protected override HttpMessageHandler CreateHandler(CreateHttpClientArgs args) => OutgoingHttp.Handler(authorities, connect: null);
    }

    private sealed class ClockOf(TimeProvider time) : IClock
    {
        public DateTime Now => time.GetLocalNow().DateTime;

        public DateTime UtcNow => time.GetUtcNow().UtcDateTime;
    }
}
