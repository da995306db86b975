using System.Buffers;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>How templates are named in addresses: type, channel, locale.</summary>
internal static class TemplateNames
{
    public const string Rule =
        "A type is 1 to 64 of a-z, 0-9, '.', '_' and '-', or 'partial:' and such a name; a channel is in_app, email, sms or push; a locale is a language tag such as de or pt-BR.";

    private const int MaxType = 64;

    private static readonly string[] Channels = ["in_app", "email", "sms", "push"];
    private static readonly SearchValues<char> TypeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyz0123456789._-");

    public static string Wire(NotificationChannel channel) => Channels[(int)channel];

    /// <summary>False: it cannot name a template.</summary>
    public static bool TryParse(string? type, string? channel, string? locale, out TemplateName name)
    {
        name = default;
        var tag = LocaleTag.Normalize(locale ?? "");
        var number = Array.IndexOf(Channels, channel);
        if (number < 0 || !LocaleTag.IsValid(tag) || type is null)
        {
            return false;
        }

        var bare = type.StartsWith(TemplateName.PartialPrefix, StringComparison.Ordinal) ? type.AsSpan(TemplateName.PartialPrefix.Length) : type;
        if (bare.Length is 0 or > MaxType || bare.ContainsAnyExcept(TypeCharacters))
        {
            return false;
        }

        name = new TemplateName(type, (NotificationChannel)number, tag);
        return true;
    }
}
