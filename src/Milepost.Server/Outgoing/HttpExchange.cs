using System.Net;
using System.Net.Http.Headers;

namespace Milepost.Server.Outgoing;

/// <summary>One request and its answer, within a time and a size.</summary>
internal static class HttpExchange
{
    /// <summary>As much of an answer is read; more is nobody's business.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>Longer nobody is waited for.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);

    // RFC 9113, 8.7: a request on such a stream was not looked at.
    private const long RefusedStream = 7;

    /// <summary>Sends once. Throws <see cref="OperationCanceledException"/> only when the caller's token is cancelled.</summary>
    /// <param name="http">Its own timeout must not be shorter than <see cref="Limit"/>.</param>
    /// <param name="request">With content where it has one; disposed by the caller.</param>
    /// <param name="time">What the limit is measured with.</param>
    /// <param name="cancellationToken">Ends the attempt; what was sent by then is not known.</param>
    public static async Task<OutgoingAnswer> SendAsync(HttpClient http, HttpRequestMessage request, TimeProvider time, CancellationToken cancellationToken)
    {
        var content = request.Content is null ? null : new WatchedContent(request.Content);
        request.Content = content;
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, either.Token);
            return new OutgoingAnswer.Answered(response.StatusCode, response.Headers, await ReadAsync(response, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return Ended("No answer came in time.", content);
        }
        catch (HttpRequestException failure)
        {
            return Inner<AddressRefusedException>(failure) is not null ? new OutgoingAnswer.AddressRefused()
                : Inner<HttpProtocolException>(failure) is { ErrorCode: RefusedStream } ? new OutgoingAnswer.NotReached("The server refused the stream.")
                : Ended(Text(failure.HttpRequestError), content);
        }
    }

    /// <summary>Why no answer came, without a word of the address.</summary>
    public static string Explain(HttpRequestException failure) =>
        Inner<AddressRefusedException>(failure) is not null ? OutgoingAnswer.AddressRefused.Text : Text(failure.HttpRequestError);

    // The status is the answer; what a broken body would have told is not needed.
    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxAnswerBytes];
        var length = 0;
        try
        {
            await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            int read;
            while (length < buffer.Length && (read = await body.ReadAsync(buffer.AsMemory(length), cancellationToken)) > 0)
            {
                length += read;
            }
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException or OperationCanceledException)
        {
            return buffer.AsMemory(0, length);
        }

        return buffer.AsMemory(0, length);
    }

    // A request without content may act as soon as its headers are read; one with content cannot before the first byte of it was sent.
    private static OutgoingAnswer Ended(string reason, WatchedContent? content) =>
        content is { Begun: false } ? new OutgoingAnswer.NotReached(reason) : new OutgoingAnswer.Lost(reason);

    private static T? Inner<T>(Exception? failure)
        where T : Exception
    {
        while (failure is not (null or T))
        {
            failure = failure.InnerException;
        }

        return (T?)failure;
    }

    private static string Text(HttpRequestError error) => error switch
    {
        HttpRequestError.NameResolutionError => "The name could not be resolved.",
        HttpRequestError.ConnectionError => "No connection came about.",
        HttpRequestError.SecureConnectionError => "The connection could not be secured (TLS).",
        HttpRequestError.VersionNegotiationError => "The server does not speak the HTTP version that is needed.",
        HttpRequestError.HttpProtocolError or HttpRequestError.InvalidResponse => "The server broke HTTP.",
        HttpRequestError.ResponseEnded => "The connection ended before the answer.",
        _ => "The exchange failed.",
    };

    /// <summary>Knows whether its first byte may have been sent.</summary>
    private sealed class WatchedContent : HttpContent
    {
        private readonly HttpContent _inner;
        private volatile bool _begun;

        public WatchedContent(HttpContent inner)
        {
            _inner = inner;
            foreach (var (name, values) in inner.Headers.NonValidated)
            {
                Headers.TryAddWithoutValidation(name, values);
            }
        }

        public bool Begun => _begun;

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            _begun = true;
            return _inner.CopyToAsync(stream, context, cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = _inner.Headers.ContentLength ?? 0;
            return _inner.Headers.ContentLength is not null;
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _inner.Dispose();
            }

            base.Dispose(disposing);
        }
    }
}
