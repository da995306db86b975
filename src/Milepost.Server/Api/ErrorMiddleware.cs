using Milepost.Core.Recording;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Api;

/// <summary>Outermost: whatever goes wrong becomes a problem with a code, and nothing of the inside gets out.</summary>
internal sealed partial class ErrorMiddleware(RequestDelegate next, ILogger<ErrorMiddleware> logger)
{
    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await next(context);
            if (!context.Response.HasStarted && context.Response.ContentType is null && Bare(context.Response.StatusCode) is { } code)
            {
                await Problems.WriteAsync(context, code);
            }
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody waits for an answer.
        }
        catch (Exception failure) when (!context.Response.HasStarted)
        {
            var code = failure switch
            {
                BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } => ErrorCode.BodyTooLarge,
                BadHttpRequestException { StatusCode: StatusCodes.Status408RequestTimeout } => ErrorCode.RequestTimeout,
                BadHttpRequestException => ErrorCode.InvalidParameter,
                StoreUnavailableException => ErrorCode.StorageUnavailable,
                _ => ErrorCode.Internal,
            };
            if (code == ErrorCode.Internal || code == ErrorCode.StorageUnavailable)
            {
                Log.RequestFailed(logger, failure, context.Request.Method, context.GetEndpoint()?.DisplayName ?? "no endpoint");
            }

            context.Response.Clear();
            await Problems.WriteAsync(context, code);
        }
    }

    /// <summary>The code for a status that the framework answered without a body.</summary>
    private static ErrorCode? Bare(int status) => status switch
    {
        StatusCodes.Status404NotFound => ErrorCode.NotFound,
        StatusCodes.Status405MethodNotAllowed => ErrorCode.MethodNotAllowed,
        StatusCodes.Status413PayloadTooLarge => ErrorCode.BodyTooLarge,
        StatusCodes.Status415UnsupportedMediaType => ErrorCode.UnsupportedMediaType,
        StatusCodes.Status400BadRequest => ErrorCode.InvalidParameter,
        _ => null,
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "{Method} {Endpoint} failed")]
        public static partial void RequestFailed(ILogger logger, Exception failure, string method, string endpoint);
    }
}
