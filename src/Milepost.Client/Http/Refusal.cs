using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Errors;

namespace Milepost.Client.Http;

/// <summary>Turns an error answer into a <see cref="MilepostException"/>: by its problem body, or by its status when a proxy answered.</summary>
internal static class Refusal
{
    private const int LongestBody = 1024 * 1024;

    public static async Task<MilepostException> ReadAsync(HttpResponseMessage response, TimeProvider clock, CancellationToken cancellationToken)
    {
        var status = (int)response.StatusCode;
        var after = RetryAfter(response, clock);
        var problem = await ProblemAsync(response, cancellationToken);
        if (problem is null)
        {
            var retry = status is 408 or 425 or 429 or >= 500;
            return new MilepostException(MilepostException.UnexpectedAnswer, $"HTTP {status} {response.ReasonPhrase}", status, retry) { RetryAfter = after };
        }

        var message = problem.Detail is null ? problem.Title : $"{problem.Title}: {problem.Detail}";
        return new MilepostException(problem.Code, message, status, problem.Retry, problem) { RetryAfter = after };
    }

    private static async Task<Problem?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json" || response.Content.Headers.ContentLength > LongestBody)
        {
            return null;
        }

        try
        {
            var body = await response.Content.ReadAsStreamAsync(cancellationToken);
            return await JsonSerializer.DeserializeAsync(body, ProtocolJson.Default.Problem, cancellationToken);
        }
        catch (JsonException)
        {
            // Somebody else's problem document (RFC 9457 does not know our code): the status has to do.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(HttpResponseMessage response, TimeProvider clock) => response.Headers.RetryAfter switch
    {
        { Delta: { } delta } => delta,
        { Date: { } date } when date > clock.GetUtcNow() => date - clock.GetUtcNow(),
        _ => null,
    };
}
