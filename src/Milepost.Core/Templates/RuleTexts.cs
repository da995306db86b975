using Milepost.Core.Notifications;

namespace Milepost.Core.Templates;

/// <summary>The words of the rule table, in English and on every channel alike.</summary>
public sealed class RuleTexts : ITexts
{
    private static readonly Dictionary<string, NotificationRule> Rules = NotificationRules.ByStatus.Values
        .Concat(NotificationRules.Beside).ToDictionary(rule => rule.Type, StringComparer.Ordinal);

    public RenderedText Render(TemplateKey key, int? version, TextModel model)
    {
        var (title, body) = Rules.TryGetValue(key.Type, out var rule) ? (rule.Title, rule.Body) : ("News", string.Join('\n', model.Digest.Select(item => item.Title)));
        return new RenderedText(title, Fill(body, model), null, ITexts.BuiltIn, "en");
    }

    public int VersionOf(TemplateKey key) => ITexts.BuiltIn;

    private static string Fill(string template, TextModel model) => template
        .Replace("{order}", model.Order?.Id ?? "", StringComparison.Ordinal)
        .Replace("{driver}", model.Order?.Driver?.Name ?? "A courier", StringComparison.Ordinal)
        .Replace("{note}", model.Note is { Length: > 0 } note ? " " + note : "", StringComparison.Ordinal);
}
