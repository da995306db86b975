using System.Collections.Frozen;
using Milepost.Server.Access;

namespace Milepost.Server.Sharing;

/// <summary>
/// The page behind a share link. The server looks at no token here: everybody gets the same bytes, so that programs that look at links (previews of
/// messengers, scanners of mail) learn nothing and change nothing. The page's script reads the order, with the token as its credential.
/// </summary>
internal static class GuestPage
{
    private const string Path = "/t/";
    private const string ResourcePrefix = "guest/";

    // Logos lie with the tenants; nothing else comes from elsewhere.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly FrozenDictionary<string, byte[]> Files = typeof(GuestPage).Assembly.GetManifestResourceNames()
        .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
        .ToFrozenDictionary(name => name[ResourcePrefix.Length..], Read, StringComparer.Ordinal);

    public static void MapGuestPage(this IEndpointRouteBuilder routes)
    {
        var page = routes.MapGroup(Path).Allow(AccessRule.Anyone).ExcludeFromDescription().AddEndpointFilter(async (context, next) =>
        {
            var headers = context.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = ContentSecurityPolicy;
            headers.XContentTypeOptions = "nosniff";
            headers["Referrer-Policy"] = "no-referrer";
            headers["X-Robots-Tag"] = "noindex, nofollow";
            headers["Permissions-Policy"] = "geolocation=(), camera=(), microphone=()";
            headers.CacheControl = "no-store";
            return await next(context);
        });
        page.MapGet("{token}", (string token) => File("index.html"));
        page.MapGet("page/{file}", (string file) => File(file));
    }

    /// <summary>The link with a token.</summary>
    /// <param name="request">Tells where this server was reached, for an installation that does not know its own address.</param>
    /// <param name="publicUrl"><c>Gateway:PublicUrl</c>.</param>
    /// <param name="token">The secret.</param>
    public static string AddressOf(HttpRequest request, string publicUrl, string token) =>
        (publicUrl.Length > 0 ? publicUrl.TrimEnd('/') : $"{request.Scheme}://{request.Host}") + Path + token;

    private static IResult File(string name) => Files.TryGetValue(name, out var bytes) ? TypedResults.Bytes(bytes, ContentType(name)) : TypedResults.NotFound();

    private static string ContentType(string name) => System.IO.Path.GetExtension(name) switch
    {
        ".html" => "text/html; charset=utf-8",
        ".css" => "text/css; charset=utf-8",
        ".js" => "text/javascript; charset=utf-8",
        ".svg" => "image/svg+xml",
        _ => "application/octet-stream",
    };

    private static byte[] Read(string resource)
    {
        using var stream = typeof(GuestPage).Assembly.GetManifestResourceStream(resource)!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
