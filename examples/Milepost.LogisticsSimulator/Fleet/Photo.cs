using System.Globalization;
using System.Net;

namespace Milepost.LogisticsSimulator.Fleet;

/// <summary>Draws drivers: their initials on a ground of a colour of their own.</summary>
internal static class Photo
{
    public static string Svg(DriverProfile profile)
    {
        var hue = (int)(Noise.Unit(0, 0, Noise.Of(profile.Id), Noise.Of(profile.Name)) * 360);
        var initials = string.Concat(profile.Name.Split(' ', StringSplitOptions.RemoveEmptyEntries).Take(2).Select(word => StringInfo.GetNextTextElement(word)));
        return $"""
            <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 96 96" role="img" aria-label="{WebUtility.HtmlEncode(profile.Name)}">
              <rect width="96" height="96" fill="hsl({hue} 55% 38%)"/>
              <text x="48" y="60" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#fff">{WebUtility.HtmlEncode(initials)}</text>
            </svg>
            """;
    }
}
