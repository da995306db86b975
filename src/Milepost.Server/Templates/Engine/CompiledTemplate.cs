using Milepost.Core.Templates;
using Milepost.Protocol.Preferences;
using Milepost.Server.Channels.Sms;

namespace Milepost.Server.Templates.Engine;

/// <summary>All parts of a template, ready to be rendered.</summary>
internal sealed class CompiledTemplate
{
    // RFC 5322, 2.1.1: a line holds 998 characters; a subject that long is no subject.
    private const int MaxTitle = 250;

    private readonly NotificationChannel _channel;
    private readonly CompiledPart? _title;
    private readonly CompiledPart? _text;
    private readonly CompiledPart? _html;

    /// <exception cref="TemplateFaultException">A part is missing or not a template.</exception>
    public CompiledTemplate(TemplateEnvironment environment, NotificationChannel channel, TemplateSource source)
    {
        _channel = channel;
        CheckParts(channel, source);
        _title = source.Title is { } title ? environment.Compile("title", title, isHtml: false) : null;
        _text = source.Text is { } text ? environment.Compile("text", text, isHtml: false) : null;
        _html = source.Html is { } html ? environment.Compile("html", Framed(html, source.Layout), isHtml: true) : null;
    }

    /// <summary>Renders all parts within a scope of their own.</summary>
    /// <exception cref="TemplateFaultException">See <see cref="CompiledPart.Render"/>; or a part comes out empty.</exception>
    public (string Title, string Text, string? Html) Render(ModelObject model, TextFormats formats)
    {
        using var scope = new RenderScope(formats);
        var html = _html?.Render(model);
        var title = _title is null ? "" : OneLine(_title.Render(model));
        var text = _text is not null ? _text.Render(model).Trim() : HtmlText.Of(html!);
        if (_channel == NotificationChannel.Sms)
        {
            text = SmsWriting.Plain(text);
        }

        if (title.Length == 0 && _title is not null)
        {
            throw new TemplateFaultException("comes out empty") { Part = "title" };
        }

        return text.Length > 0 ? (title, text, html) : throw new TemplateFaultException("comes out empty") { Part = "text" };
    }

    /// <exception cref="TemplateFaultException">The channel needs a part that is not there, or has no use for one that is.</exception>
    public static void CheckParts(NotificationChannel channel, TemplateSource source)
    {
        Expect("title", source.Title, channel != NotificationChannel.Sms, channel != NotificationChannel.Sms);
        Expect("text", source.Text, channel != NotificationChannel.Email, isUsed: true);
        Expect("html", source.Html, channel == NotificationChannel.Email, channel == NotificationChannel.Email);
        Expect("layout", source.Layout, isNeeded: false, channel == NotificationChannel.Email);
    }

    private static void Expect(string part, string? value, bool isNeeded, bool isUsed)
    {
        if (isNeeded && string.IsNullOrWhiteSpace(value))
        {
            throw new TemplateFaultException("is missing") { Part = part };
        }

        if (value is not null && !isUsed)
        {
            throw new TemplateFaultException("is not used on this channel") { Part = part };
        }
    }

    // On the same lines, so that faults tell the author's.
    private static string Framed(string html, string? layout) => layout is null ? html : $"{{{{#> {layout}}}}}{html}{{{{/{layout}}}}}";

    // A line end in a subject would begin another header.
    private static string OneLine(string title)
    {
        var line = string.Join(' ', title.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return line.Length <= MaxTitle ? line : line[..(char.IsHighSurrogate(line[MaxTitle - 2]) ? MaxTitle - 2 : MaxTitle - 1)] + "\u2026";
    }
}
