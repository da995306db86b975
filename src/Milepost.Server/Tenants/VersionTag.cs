using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Milepost.Server.Tenants;

/// <summary>The version of the settings as an entity tag (RFC 9110, 8.8.3).</summary>
internal static class VersionTag
{
    public static void Write(HttpContext context, long version)
    {
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>The versions that If-Match names; null: no condition. A tag that is not one of ours matches nothing, and weak ones never do.</summary>
    public static IReadOnlyCollection<long>? Expected(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch;
        if (header.Count == 0 || (EntityTagHeaderValue.TryParseList(header, out var tags) && tags.Contains(EntityTagHeaderValue.Any)))
        {
            return null;
        }

        var versions = new List<long>();
        foreach (var tag in tags ?? [])
        {
            if (!tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }

        return versions;
    }
}
