using System.Globalization;
using Milepost.Protocol;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Events;

namespace Milepost.Server.Api;

/// <summary>Writes <c>application/problem+json</c> (RFC 9457) with our codes.</summary>
internal static class Problems
{
    public const string ContentType = "application/problem+json";

    // How long a client should wait before it tries again what may succeed later, in seconds.
    private const string RetryAfter = "1";

    public static Problem Of(ErrorCode code, string? detail = null, string? field = null, IReadOnlyList<RejectedEvent>? rejected = null) => new()
    {
        Title = code.Title,
        Status = code.Status,
        Code = code.Code,
        Detail = detail,
        Field = field,
        Retry = code.Retry,
        Rejected = rejected,
    };

    public static IResult Result(ErrorCode code, string? detail = null, string? field = null, IReadOnlyList<RejectedEvent>? rejected = null) =>
        new ProblemResult(Of(code, detail, field, rejected));

    public static Task WriteAsync(HttpContext context, ErrorCode code, string? detail = null) => WriteAsync(context, Of(code, detail));

    /// <summary>Too much for now; <paramref name="wait"/> tells when it would be allowed.</summary>
    public static IResult RateLimited(TimeSpan wait) => new LimitedResult(wait);

    public static Task WriteRateLimitedAsync(HttpContext context, TimeSpan wait)
    {
        // Whole seconds (RFC 9110, 10.2.3), and never 0: that would mean at once.
        context.Response.Headers.RetryAfter = Math.Max(1, (long)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        return WriteAsync(context, Of(ErrorCode.RateLimited));
    }

    private static Task WriteAsync(HttpContext context, Problem problem)
    {
        context.Response.StatusCode = problem.Status;
        if (problem.Status == StatusCodes.Status503ServiceUnavailable)
        {
            context.Response.Headers.RetryAfter = RetryAfter;
        }

        return context.Response.WriteAsJsonAsync(problem, ProtocolJson.Default.Problem, ContentType, context.RequestAborted);
    }

    private sealed class LimitedResult(TimeSpan wait) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteRateLimitedAsync(httpContext, wait);
    }

    private sealed class ProblemResult(Problem problem) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext) => WriteAsync(httpContext, problem);
    }
}
