using System.Security.Cryptography;
using System.Text;

namespace Milepost.Server.Unsubscribe;

/// <summary>The pages behind an unsubscribe link, in the reader's language: no script, nothing from elsewhere, and no word of who the customer is.</summary>
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
        ["Vary"] = "Accept-Language",
    };

    public static string Question(UnsubscribeWords words, UnsubscribeTarget target, string? sender) => Page(
        words, "question.title",
        $"""
        <p>{words.Ends(target, sender)} {words["question.rest"]}</p>
        <form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click"><button type="submit">{words["question.button"]}</button></form>
        """);

    public static string Done(UnsubscribeWords words, UnsubscribeTarget target, string? sender) => Page(words, "done.title", $"<p>{words.Ends(target, sender)} {words["done.rest"]}</p>");

    public static string Critical(UnsubscribeWords words) => Page(words, "critical.title", $"<p>{words["critical.text"]}</p>");

    public static string Unknown(UnsubscribeWords words) => Page(words, "unknown.title", $"<p>{words["unknown.text"]}</p>");

    private static string Page(UnsubscribeWords words, string title, string body) => $"""
        <!doctype html>
        <html lang="{words.Language}" dir="{words["dir"]}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{words[title]}</title><style>{Style}</style></head>
        <body><main><h1>{words[title]}</h1>
        {body}
        </main></body></html>
        """;
}
