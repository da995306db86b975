using System.Collections.Frozen;
using System.Diagnostics;
using System.Net;
using System.Text.RegularExpressions;
using Milepost.Core.Preferences;
using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Api;
using Milepost.Server.Templates;

namespace Milepost.Server.Unsubscribe;

/// <summary>What the pages behind an unsubscribe link say in one language; everything that comes out is HTML.</summary>
internal sealed partial class UnsubscribeWords
{
    /// <summary>Every language.</summary>
    public static readonly PageWords All = new("unsubscribe/");

    private static readonly FrozenDictionary<string, IReadOnlyDictionary<string, string>> Tables = All.Languages.ToFrozenDictionary(language => language, All.Of, StringComparer.Ordinal);

    private readonly BuiltInTexts _texts;
    private readonly IReadOnlyDictionary<string, string> _table;

    /// <param name="texts">Has the names of our types.</param>
    /// <param name="language">One of those of <see cref="All"/>.</param>
    public UnsubscribeWords(BuiltInTexts texts, string language)
    {
        _texts = texts;
        _table = Tables[language];
        Language = language;
    }

    public string Language { get; }

    public string this[string key] => WebUtility.HtmlEncode(_table[key]);

    /// <summary>Which e-mails end.</summary>
    public string Ends(UnsubscribeTarget target, string? sender)
    {
        var (key, kind) = target switch
        {
            UnsubscribeTarget.OfType it => ("type", NameOf(it.Type)),
            UnsubscribeTarget.OfCategory it => ("category", _table["category." + WireNames.Of(it.Category)]),
            _ => throw new UnreachableException(),
        };

        // Names are in whatever script their owners write: they must not turn the sentence around them.
        return Place().Replace(this[sender is null ? key : key + ".sender"], place => $"<bdi>{WebUtility.HtmlEncode(place.Groups["name"].Value == "kind" ? kind : sender)}</bdi>");
    }

    // A tenant's own type has no title that holds for all its messages, even where it is called as one of our templates is.
    private string NameOf(string type) => NotificationTypes.Find(type) is null ? type : _texts.Find(new TemplateName(type, NotificationChannel.InApp, Language))?.Title ?? type;

    [GeneratedRegex(@"\{(?<name>kind|sender)\}", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: 1_000)]
    private static partial Regex Place();
}
