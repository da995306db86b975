using System.Net;
using System.Security.Cryptography;
using System.Text;
using Milepost.Core.Notifications;

namespace Milepost.Server.Unsubscribe;

/// <summary>The pages behind an unsubscribe link: no script, nothing from elsewhere, and no word of who the customer is.</summary>
internal static class UnsubscribePage
{
    private const string Style = """
        body{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem;color:#1b1b1f;background:#fff}
        button{font:inherit;padding:.6rem 1.2rem;border:0;border-radius:.4rem;background:#1b1b1f;color:#fff;cursor:pointer}
        button:focus-visible{outline:3px solid #6aa9ff;outline-offset:2px}
        @media(prefers-color-scheme:dark){body{color:#eee;background:#16161a}button{background:#eee;color:#16161a}}
        """;

    /// <summary>
    /// What the page may do. The referrer policy is not <c>no-referrer</c>: with that browsers send <c>Origin: null</c> when the button is pressed, and
    /// pages of unknown origins are refused.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, string> Headers = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["Content-Security-Policy"] =
            $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        ["Referrer-Policy"] = "same-origin",
        ["X-Robots-Tag"] = "noindex",
        ["X-Content-Type-Options"] = "nosniff",
        ["Cache-Control"] = "no-store",
    };

    public static string Question(UnsubscribeTarget target, string? sender) => Page(
        "Fewer e-mails",
        $"""
        <p>{Encode(What(target, sender))} will no longer be sent to you. What is critical still comes, and your inbox keeps everything.</p>
        <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">Stop these e-mails</button></form>
        """);

    public static string Done(UnsubscribeTarget target, string? sender) => Page(
        "Done", $"<p>{Encode(What(target, sender))} will no longer be sent to you. You can switch them on again among your notification settings.</p>");

    public static string Critical() => Page("These e-mails stay", "<p>E-mails of this kind are critical and cannot be stopped.</p>");

    public static string Unknown() => Page("This link is not complete", "<p>Open the whole link of the e-mail, or change your notification settings.</p>");

    private static string What(UnsubscribeTarget target, string? sender)
    {
        var kind = target switch
        {
            UnsubscribeTarget.OfType it => $"E-mails of the kind \u201c{Title(it.Type)}\u201d",
            UnsubscribeTarget.OfCategory it => $"E-mails of the category \u201c{it.Category.ToString().ToLowerInvariant()}\u201d",
            _ => throw new System.Diagnostics.UnreachableException(),
        };
        return sender is null ? kind : $"{kind} from {sender}";
    }

    private static string Title(string type) =>
        NotificationRules.ByStatus.Values.Concat(NotificationRules.Beside).FirstOrDefault(rule => rule.Type == type)?.Title ?? type;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);

    private static string Page(string title, string body) => $"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title><style>{Style}</style></head>
        <body><main><h1>{title}</h1>
        {body}
        </main></body></html>
        """;
}
