using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using Milepost.LogisticsSimulator.Streets;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Hosting;

namespace Milepost.Server.Demo;

internal sealed record DemoPerson(string Id, string Name);

internal sealed record DemoTokenRequest(string? Customer);

internal sealed record DemoToken(string Token, string Tenant);

/// <summary>The city's streets as lines of latitude and longitude, for a plain map.</summary>
internal sealed record DemoStreets(IReadOnlyList<double[]> Main, IReadOnlyList<double[]> Side);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(IReadOnlyList<DemoPerson>))]
[JsonSerializable(typeof(DemoTokenRequest))]
[JsonSerializable(typeof(DemoToken))]
[JsonSerializable(typeof(IReadOnlyList<DemoMessage>))]
[JsonSerializable(typeof(DemoStreets))]
internal sealed partial class DemoJson : JsonSerializerContext;

/// <summary>The demo's page, tokens for its invented customers, and what they would have been sent. Mapped in the demo only.</summary>
internal static class DemoEndpoints
{
    private static readonly TimeSpan TokenLifetime = TimeSpan.FromHours(1);

    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; "
        + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly PageFiles Files = new("demo/");

    /// <param name="endpoints">Where to map.</param>
    /// <param name="minter">Makes the customers' tokens.</param>
    /// <param name="city">Where the drivers ride; null: nowhere.</param>
    public static void MapDemo(this IEndpointRouteBuilder endpoints, TokenMinter minter, City? city)
    {
        var demo = endpoints.MapGroup("").Allow(AccessRule.Anyone).ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
        {
            var headers = context.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers.CacheControl = "no-store";
            return await next(context);
        });
        demo.MapGet("/", () => Files.Send("index.html"));
        demo.MapGet("/demo/{file}", (string file) => Files.Send(file));
        demo.MapGet("/demo/customers", () =>
            TypedResults.Json<IReadOnlyList<DemoPerson>>([.. Cast.Customers.Select(customer => new DemoPerson(customer.Id, customer.Name))], DemoJson.Default.IReadOnlyListDemoPerson));
        demo.MapPost("/demo/token", (DemoTokenRequest request) => Token(request, minter));
        var streets = Streets(city);
        demo.MapGet("/demo/streets", () => TypedResults.Json(streets, DemoJson.Default.DemoStreets));
        demo.MapGet("/demo/outbox", DemoMessages.ListAsync);
        demo.MapGet("/demo/why", DemoMessages.WhyAsync);
    }

    private static Results<JsonHttpResult<DemoToken>, NotFound> Token(DemoTokenRequest request, TokenMinter minter) =>
        Cast.Knows(request.Customer)
            ? TypedResults.Json(new DemoToken(minter.Mint(new TokenRequest(Cast.Tenant, request.Customer!, [], TokenLifetime)), Cast.Tenant), DemoJson.Default.DemoToken)
            : TypedResults.NotFound();

    private static DemoStreets Streets(City? city)
    {
        var lines = city?.Lines.ToLookup(street => street.IsMain, street => (double[])[Rounded(street.From.Lat), Rounded(street.From.Lon), Rounded(street.To.Lat), Rounded(street.To.Lon)]);
        return new DemoStreets([.. lines?[true] ?? []], [.. lines?[false] ?? []]);
    }

    private static double Rounded(double degrees) => Math.Round(degrees, 5);
}
