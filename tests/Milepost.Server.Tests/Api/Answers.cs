using System.Net.Http.Json;
using System.Text.Json;
using Milepost.Protocol;
using Milepost.Protocol.Errors;

namespace Milepost.Server.Tests.Api;

internal static class Answers
{
    /// <summary>The problem of an answer; fails where it is not one of ours.</summary>
    public static async Task<Problem> ProblemAsync(this HttpResponseMessage answer)
    {
        var body = await answer.Content.ReadAsStringAsync();
        answer.Content.Headers.ContentType?.MediaType.ShouldBe("application/problem+json", $"{(int)answer.StatusCode} {body}");
        var problem = JsonSerializer.Deserialize(body, ProtocolJson.Default.Problem)!;
        problem.Status.ShouldBe((int)answer.StatusCode);
        ErrorCode.All.Select(code => code.Code).ShouldContain(problem.Code);
        return problem;
    }

    public static Task<T?> JsonAsync<T>(this HttpResponseMessage answer) => answer.Content.ReadFromJsonAsync<T>(ProtocolJson.Default.Options);
}
