using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Milepost.Client.Http;

/// <summary>One request, one answer: credentials, time limit, JSON, and errors as <see cref="MilepostException"/>.</summary>
internal sealed class MilepostHttp : IDisposable
{
    private readonly MilepostClientOptions _options;
    private readonly HttpMessageInvoker _invoker;
    private readonly string _root;

    public MilepostHttp(MilepostClientOptions options)
    {
        _options = options;
        _root = _options.BaseAddress.GetLeftPart(UriPartial.Path).TrimEnd('/');
        TenantPath = $"/api/v1/{Uri.EscapeDataString(_options.Tenant)}/";
        _invoker = _options.Handler is { } shared
            ? new HttpMessageInvoker(shared, disposeHandler: false)
            : new HttpMessageInvoker(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromMinutes(5) }, disposeHandler: true);
    }

    public string TenantPath { get; }

    public Uri Address(string pathAndQuery) => new(_root + pathAndQuery);

    public Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, JsonTypeInfo<T> answer, CancellationToken cancellationToken) =>
        SendAsync(method, path, content, ifMatch: null, answer, cancellationToken);

    /// <param name="method">The method.</param>
    /// <param name="path">Under the tenant.</param>
    /// <param name="content">The body; null: none.</param>
    /// <param name="ifMatch">The entity tag on which the request depends; null: on none.</param>
    /// <param name="answer">How the answer is read.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content, EntityTagHeaderValue? ifMatch, JsonTypeInfo<T> answer, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(_options.RequestTimeout, _options.TimeProvider);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        using var request = new HttpRequestMessage(method, Address(TenantPath + path)) { Content = content };
        if (ifMatch is not null)
        {
            request.Headers.IfMatch.Add(ifMatch);
        }

        try
        {
            using var response = await SendRawAsync(request, either.Token);
            if (!response.IsSuccessStatusCode)
            {
                throw await Refusal.ReadAsync(response, _options.TimeProvider, either.Token);
            }

            var body = await response.Content.ReadAsStreamAsync(either.Token);
            return await JsonSerializer.DeserializeAsync(body, answer, either.Token)
                ?? throw new MilepostException(MilepostException.UnexpectedAnswer, $"{path}: the answer is null", (int)response.StatusCode);
        }
        catch (OperationCanceledException cause) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw new MilepostException(MilepostException.Unreachable, $"No answer within {_options.RequestTimeout}", retry: true, inner: cause);
        }
        catch (Exception cause) when (cause is HttpRequestException or IOException)
        {
            throw new MilepostException(MilepostException.Unreachable, cause.Message, retry: true, inner: cause);
        }
        catch (JsonException cause)
        {
            throw new MilepostException(MilepostException.UnexpectedAnswer, $"{path}: {cause.Message}", inner: cause);
        }
    }

    /// <summary>Sends with credentials and returns as soon as the headers are there.</summary>
    public async Task<HttpResponseMessage> SendRawAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", await _options.Token(cancellationToken));
        try
        {
            return await _invoker.SendAsync(request, cancellationToken);
        }
        catch (SocketException cause)
        {
            // .NET lets it through as it is when a connection is reset between being made and being used.
            throw new HttpRequestException(HttpRequestError.ConnectionError, cause.Message, cause);
        }
    }

    public void Dispose() => _invoker.Dispose();
}
