using System.Net.Http.Headers;
using System.Net.Http.Json;
using Milepost.Protocol;
using Milepost.Protocol.Devices;
using Milepost.Server.Hosting;

namespace Milepost.Server.Demo;

/// <summary>The phones of the demo's customers: they register as the shop's app would, and pushes to them go to the outbox.</summary>
internal static class DemoPhones
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromMinutes(5);

    /// <exception cref="HttpRequestException">The server refuses a phone, or does not answer.</exception>
    public static async Task RegisterAsync(string address, TokenMinter minter, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri($"{address}/api/v1/{Cast.Tenant}/") };
        foreach (var customer in Cast.Customers.Where(customer => customer.HasApp))
        {
            using var request = new HttpRequestMessage(HttpMethod.Put, new Uri($"devices/{customer.Device}", UriKind.Relative));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", minter.Mint(new TokenRequest(Cast.Tenant, customer.Id, [], TokenLifetime)));
            request.Content = JsonContent.Create(new DeviceRequest("fcm", $"demo-registration-of-{customer.Id}"), ProtocolJson.Default.DeviceRequest);
            using var reply = await http.SendAsync(request, cancellationToken);
            reply.EnsureSuccessStatusCode();
        }
    }
}
