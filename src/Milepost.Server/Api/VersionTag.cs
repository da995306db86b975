using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Milepost.Server.Api;

/// <summary>The version of a document as an entity tag (RFC 9110, 8.8.3).</summary>
internal static class VersionTag
{
    public static void Write(HttpContext context, long version)
    {
        context.Response.Headers.ETag = string.Create(CultureInfo.InvariantCulture, $"\"{version}\"");
        context.Response.Headers.CacheControl = "no-store";
    }

    /// <summary>The versions that an If-Match header names; null: no condition. A tag that is not one of ours matches nothing, and weak ones never do.</summary>
    public static IReadOnlyCollection<long>? Expected(string? ifMatch)
    {
        if (ifMatch is null)
        {
            return null;
        }

        if (!EntityTagHeaderValue.TryParseList([ifMatch], out var tags))
        {
            return [];
        }

        if (tags.Contains(EntityTagHeaderValue.Any))
        {
            return null;
        }

        var versions = new List<long>();
        foreach (var tag in tags)
        {
            if (!tag.IsWeak && long.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var version))
            {
                versions.Add(version);
            }
        }

        return versions;
    }
}
