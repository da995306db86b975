using Milepost.Protocol.Errors;
using Milepost.Server.Api;

namespace Milepost.Server.Access;

/// <summary>
/// Pages of unknown origins get nothing at all; pages of known ones get the CORS answers they need. Requests without an Origin are not a
/// page's doing, and carry their credentials themselves.
/// </summary>
internal sealed class OriginMiddleware(RequestDelegate next, OriginList origins)
{
    public Task InvokeAsync(HttpContext context)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length == 0)
        {
            return next(context);
        }

        context.Response.Headers.Append("Vary", "Origin");
        if (!origins.Contains(origin))
        {
            return Problems.WriteAsync(context, ErrorCode.OriginNotAllowed, "Add the page's origin to Gateway:AllowedOrigins, exactly as the browser sends it.");
        }

        context.Response.Headers.AccessControlAllowOrigin = origin;
        context.Response.Headers.AccessControlExposeHeaders = "Retry-After, ETag";
        if (!HttpMethods.IsOptions(context.Request.Method))
        {
            return next(context);
        }

        context.Response.Headers.AccessControlAllowMethods = "GET, POST, PUT, PATCH, DELETE";
        context.Response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, If-Match, Last-Event-ID";
        context.Response.Headers.AccessControlMaxAge = "600";
        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }
}
