using Microsoft.AspNetCore.Http.Features;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>
/// The parts of <c>/v1/{tenant}/.../{id}</c>, decoded. ASP.NET Core leaves a slash encoded in route values, where it cannot be told from a
/// percent sign that was encoded; so they are taken from what the client sent.
/// </summary>
internal static class Segments
{
    public static string Tenant(HttpContext http) => At(http, 2);

    /// <summary>The driver or the order.</summary>
    public static string Id(HttpContext http) => At(http, 4);

    private static string At(HttpContext http, int index) => Uri.UnescapeDataString(http.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].Split('/')[index]);
}
