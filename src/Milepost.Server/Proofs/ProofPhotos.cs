using System.Net;
using Milepost.Protocol.Errors;
using Milepost.Server.Api;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Proofs;

/// <summary>
/// Passes photos of deliveries on from where a shop keeps them: only from addresses that users may name, only pictures, and only so large. Where a photo
/// lies is told to nobody.
/// </summary>
internal sealed partial class ProofPhotos(OutgoingHttp http, TimeProvider time, ILogger<ProofPhotos> logger) : IDisposable
{
    public const int MaxBytes = 5 * 1024 * 1024;

    /// <summary>Longer a photo does not take.</summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    public static readonly string[] ContentTypes = [ImageKind.Jpeg, ImageKind.Png, ImageKind.WebP, ImageKind.Avif];

    // Slow senders must not tie up everything.
    private const int AtOnce = 32;
    private const int Piece = 64 * 1024;

    private readonly SemaphoreSlim _slots = new(AtOnce);

    /// <summary>The answer with the photo that lies there, or the problem.</summary>
    public IResult Send(string address) => new Photo(this, address);

    public void Dispose() => _slots.Dispose();

    private async Task PassOnAsync(HttpContext context, string address)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, context.RequestAborted);
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd(string.Join(", ", ContentTypes));
        try
        {
            var (response, failure) = await http.OpenAsync(request, either.Token);
            using (response)
            {
                failure ??= response!.StatusCode != HttpStatusCode.OK ? $"It answered {(int)response.StatusCode}."
                    : response.Content.Headers.ContentLength > MaxBytes ? "It is too large." : await CopyAsync(context, response.Content, either.Token);
            }

            if (failure is not null)
            {
                await RefuseAsync(context, failure);
            }
        }
        catch (Exception failure) when (!context.RequestAborted.IsCancellationRequested && failure is OperationCanceledException or IOException or HttpRequestException)
        {
            await RefuseAsync(context, limit.IsCancellationRequested ? "It took too long." : "The connection broke.");
        }
    }

    /// <summary>Null: all of it is on its way. Otherwise why not; some of it may be.</summary>
    private static async Task<string?> CopyAsync(HttpContext context, HttpContent content, CancellationToken cancellationToken)
    {
        await using var body = await content.ReadAsStreamAsync(cancellationToken);
        var buffer = new byte[Piece];
        var length = await body.ReadAtLeastAsync(buffer, ImageKind.Head, throwOnEndOfStream: false, cancellationToken);
        if (ImageKind.Of(buffer.AsSpan(0, Math.Min(length, ImageKind.Head))) is not { } kind)
        {
            return "It is not a picture of a known kind.";
        }

        var headers = context.Response.Headers;
        headers.ContentType = kind;
        headers.ContentLength = content.Headers.ContentLength;
        headers.CacheControl = "no-store";
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = "default-src 'none'; sandbox";
        headers.ContentDisposition = "inline";
        headers["Referrer-Policy"] = "no-referrer";
        headers["X-Robots-Tag"] = "noindex";
        for (var total = length; length > 0; total += length)
        {
            if (total > MaxBytes)
            {
                return "It is too large.";
            }

            await context.Response.Body.WriteAsync(buffer.AsMemory(0, length), cancellationToken);
            length = await body.ReadAsync(buffer, cancellationToken);
        }

        return null;
    }

    // Where the answer has begun, only a cut connection tells that it is not whole.
    private async Task RefuseAsync(HttpContext context, string reason)
    {
        Log.NotPassedOn(logger, reason);
        if (context.Response.HasStarted)
        {
            context.Abort();
            return;
        }

        context.Response.Clear();
        context.Response.Headers.CacheControl = "no-store";
        await Problems.WriteAsync(context, ErrorCode.PhotoUnavailable);
    }

    private sealed class Photo(ProofPhotos photos, string address) : IResult
    {
        public async Task ExecuteAsync(HttpContext httpContext)
        {
            if (!await photos._slots.WaitAsync(TimeSpan.Zero, httpContext.RequestAborted))
            {
                await Problems.WriteAsync(httpContext, ErrorCode.Busy);
                return;
            }

            try
            {
                await photos.PassOnAsync(httpContext, address);
            }
            finally
            {
                photos._slots.Release();
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A photo of a delivery could not be passed on: {Reason}")]
        public static partial void NotPassedOn(ILogger logger, string reason);
    }
}
