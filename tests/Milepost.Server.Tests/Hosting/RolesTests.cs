using Milepost.Core.Recording;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Settings;
using Milepost.Server.Testing;

namespace Milepost.Server.Tests.Hosting;

public sealed class RolesTests
{
    [Theory]
    [InlineData("Api", true, false)]
    [InlineData("Gateway", false, true)]
    [InlineData("Worker", false, false)]
    [InlineData("Api, Gateway", true, true)]
    public async Task A_node_has_the_endpoints_of_its_roles_and_no_others(string roles, bool api, bool gateway)
    {
        await using var server = await TestServer.StartAsync(roles: Enum.Parse<Roles>(roles));

        var paths = EndpointRules.All(server.App).Select(endpoint => "/" + endpoint.RoutePattern.RawText!.Trim('/')).ToHashSet(StringComparer.Ordinal);

        foreach (var path in (string[])["/api/v1/{tenant}/events", "/api/v1/{tenant}/orders", "/api/v1/{tenant}/notifications", "/api/v1/{tenant}/realtime/tickets"])
        {
            paths.Contains(path).ShouldBe(api, path);
        }

        foreach (var path in (string[])["/ws", "/ws/notifications", "/api/v1/sse", "/api/v1/poll"])
        {
            paths.Contains(path).ShouldBe(gateway, path);
        }

        foreach (var path in (string[])["/healthz/live", "/healthz/ready", "/openapi/{documentName}.json"])
        {
            paths.ShouldContain(path);
        }

        using var http = server.Http(null);
        using var ready = await http.GetAsync("/healthz/ready");
        ready.EnsureSuccessStatusCode();
    }

    [Theory]
    [InlineData("Api", true, false)]
    [InlineData("Gateway", false, true)]
    [InlineData("Worker", true, false)]
    public async Task A_node_records_or_holds_sessions_only_where_its_roles_say_so(string roles, bool records, bool sessions)
    {
        await using var server = await TestServer.StartAsync(roles: Enum.Parse<Roles>(roles));

        (server.App.Services.GetService(typeof(EventRecorder)) is not null).ShouldBe(records);
        (server.App.Services.GetService(typeof(SessionRegistry)) is not null).ShouldBe(sessions);
    }
}
