using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Sharing;

/// <summary>
/// The page behind a share link, in the language that the reader's browser asks for. The server looks at no token here: whatever it is, the bytes are the same, so that programs that look at links (previews of
/// messengers, scanners of mail) learn nothing and change nothing. The page's script reads the order, with the token as its credential.
/// </summary>
internal static class GuestPage
{
    private const string Path = "/t/";

    // Logos lie with the tenants; nothing else comes from elsewhere.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' https: data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static readonly PageFiles Files = new("guest/");

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
        page.MapGet("{token}", (HttpContext context, string token) =>
        {
            context.Response.Headers.Vary = "Accept-Language";
            return TypedResults.Text(GuestWords.PageIn(GuestWords.All.Choose(PageWords.Asked(context.Request))), "text/html; charset=utf-8");
        });
        page.MapGet("page/{file}", (string file) => Files.Send(file));
    }

    /// <summary>The link with a token.</summary>
    /// <param name="request">Tells where this server was reached, for an installation that does not know its own address.</param>
    /// <param name="publicUrl"><c>Gateway:PublicUrl</c>.</param>
    /// <param name="token">The secret.</param>
    public static string AddressOf(HttpRequest request, string publicUrl, string token) =>
        (publicUrl.Length > 0 ? publicUrl.TrimEnd('/') : $"{request.Scheme}://{request.Host}") + Path + token;
}
