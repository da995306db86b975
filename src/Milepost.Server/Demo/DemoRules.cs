using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Milepost.Server.Hosting;

namespace Milepost.Server.Demo;

/// <summary>What the demo's tenant sets up for itself: orders that live for minutes are late sooner than real ones.</summary>
internal static class DemoRules
{
    private const double StaleSeconds = 15;
    private const double PromiseSeconds = 10;
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    /// <summary>Sets them up where nothing is set up yet.</summary>
    /// <exception cref="HttpRequestException">The server refuses them, or does not answer.</exception>
    public static async Task SetAsync(string address, TokenMinter minter, double speed, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{address}/api/v1/{Cast.Tenant}/") };
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri("admin/settings", UriKind.Relative));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", minter.Mint(new TokenRequest(Cast.Tenant, "demo-admin", ["admin"], TokenLifetime)));
        request.Content = JsonContent.Create(new { version = 0, tracking = new { silence = new { staleSeconds = Scaled(StaleSeconds, speed), promiseSeconds = Scaled(PromiseSeconds, speed) } } });
        using var reply = await http.SendAsync(request, cancellationToken);
        if (reply.StatusCode is not HttpStatusCode.PreconditionFailed)
        {
            reply.EnsureSuccessStatusCode();
        }
    }

    private static int Scaled(double seconds, double speed) => (int)Math.Max(3, seconds / speed);
}
