using System.Collections.Concurrent;
using Milepost.LogisticsSimulator.Faults;
using Milepost.LogisticsSimulator.Fleet;

namespace Milepost.LogisticsSimulator.Api;

/// <summary>What stands before everything under <c>/v1/{tenant}</c>: who may, and what goes wrong with every request.</summary>
internal sealed class Gate(World world, TimeProvider clock) : IEndpointFilter
{
    private readonly ConcurrentDictionary<string, long> _requests = new(StringComparer.Ordinal);

    /// <summary>Counts the requests of a tenant from 0.</summary>
    public static long NumberOf(HttpContext http) => (long)http.Items[typeof(Gate)]!;

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        var tenant = Segments.Tenant(http);
        if (TenantOf(http.Request) is not { } own)
        {
            return Problem.Of(401, "unauthorized", "there is no token, or it is of no tenant");
        }

        if (!string.Equals(own, tenant, StringComparison.Ordinal))
        {
            return Problem.Of(403, "wrong_tenant", "the token is of another tenant");
        }

        var number = _requests.AddOrUpdate(tenant, 0, (_, earlier) => earlier + 1);
        http.Items[typeof(Gate)] = number;
        if (world.Faults.Find(FaultKind.Refused, tenant, driverId: null, number) is not null)
        {
            http.Abort();
            return Results.Empty;
        }

        if (world.Faults.Find(FaultKind.Slow, tenant, driverId: null, number) is { } slow)
        {
            await Task.Delay(slow.Duration, clock, http.RequestAborted);
        }

        return Failure(http, tenant, number) ?? await next(context);
    }

    private IResult? Failure(HttpContext http, string tenant, long number)
    {
        if (world.Faults.Find(FaultKind.TooMany, tenant, driverId: null, number) is { } many)
        {
            WaitFor(http, many);
            return Problem.Of(429, "too_many_requests");
        }

        if (world.Faults.Find(FaultKind.Unavailable, tenant, driverId: null, number) is { } unavailable)
        {
            WaitFor(http, unavailable);
            return Problem.Of(503, "unavailable");
        }

        return world.Faults.Find(FaultKind.InternalError, tenant, driverId: null, number) is null ? null : Problem.Of(500, "internal");
    }

    private static void WaitFor(HttpContext http, Fault fault) => http.Response.Headers.RetryAfter = Math.Clamp((int)fault.Duration.TotalSeconds, 1, 3600).ToString();

    private string? TenantOf(HttpRequest request)
    {
        var words = request.Headers.Authorization.ToString().Split(' ', 2);
        return words.Length == 2 && words[0].Equals("Bearer", StringComparison.OrdinalIgnoreCase)
            ? world.Tenants.FirstOrDefault(tenant => string.Equals(words[1], Simulator.TokenOf(tenant), StringComparison.Ordinal))
            : null;
    }
}
