using System.Text.Json.Nodes;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>Why there is no answer (RFC 9457), with a stable code.</summary>
internal static class Problem
{
    private static readonly Dictionary<int, string> Titles = new()
    {
        [400] = "Bad request",
        [401] = "Unauthorized",
        [403] = "Forbidden",
        [404] = "Not found",
        [409] = "Conflict",
        [429] = "Too many requests",
        [500] = "Internal error",
        [503] = "Unavailable",
    };

    public static IResult Of(int status, string code, string? detail = null)
    {
        var problem = new JsonObject { ["title"] = Titles[status], ["status"] = status, ["code"] = code };
        if (detail is not null)
        {
            problem["detail"] = detail;
        }

        return Results.Text(problem.ToJsonString(), "application/problem+json", statusCode: status);
    }
}
