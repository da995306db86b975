using System.Globalization;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Templates;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>Tries templates before customers see them: must they be refused, and what should their author know?</summary>
internal sealed class TemplateTrial(Texts texts, BuiltInTexts builtIn, TemplateCatalog catalog, TimeProvider time, ITenantCatalog tenants)
{
    // Some mail services cut off what is longer.
    private const int LongHtml = 100 * 1024;

    /// <summary>Renders a source with sample data; a partial, which cannot stand alone, is only compiled.</summary>
    /// <exception cref="TemplateFaultException">It cannot be used.</exception>
    public (RenderedText? Text, IReadOnlyList<string> Warnings) Try(string tenant, TemplateName name, TemplateSource source, int version, TemplateSample? sample)
    {
        if (name.IsPartial)
        {
            catalog.Of(tenant).CheckPartial(name, source);
            return (null, []);
        }

        var now = time.GetUtcNow();
        var text = texts.Preview(tenant, name, source, version, SampleModels.With(SampleModels.Full(name.Type, BrandOf(tenant), now), sample));
        var warnings = new List<string>();
        try
        {
            texts.Preview(tenant, name, source, version, SampleModels.With(SampleModels.Bare(name.Type, now), sample));
        }
        catch (TemplateFaultException fault)
        {
            warnings.Add($"Without courier, arrival time, link and names it cannot be rendered, and the product's words take its place: {fault.Describe()}");
        }

        if (name.Channel == NotificationChannel.Sms)
        {
            WarnOfPrice(text.Text, warnings);
        }

        if (text.Html?.Length > LongHtml)
        {
            warnings.Add("The HTML is longer than 100 KB; some mail services cut off the rest.");
        }

        if (text.Html?.Contains(SampleModels.Full(name.Type, new TenantBrand(), now).UnsubscribeLink!, StringComparison.Ordinal) == false)
        {
            warnings.Add("There is no unsubscribeLink in the HTML.");
        }

        return (text, warnings);
    }

    /// <summary>What is used for a name now, rendered with sample data.</summary>
    /// <exception cref="TemplateFaultException">The tenant's template cannot be rendered.</exception>
    public (RenderedText? Text, IReadOnlyList<string> Warnings) TryUsed(string tenant, TemplateName name, TemplateSample? sample)
    {
        if (catalog.Of(tenant).Find(name) is { } own)
        {
            return Try(tenant, name, own.Source, own.Number, sample);
        }

        var model = SampleModels.With(SampleModels.Full(name.Type, BrandOf(tenant), time.GetUtcNow()), sample);
        return (texts.Render(new TemplateKey(tenant, name.Type, name.Channel, name.Locale), version: null, model), []);
    }

    /// <summary>The product's own words for a name; null: it has none.</summary>
    public TemplateSource? BuiltIn(TemplateName name) => name.IsPartial
        ? builtIn.Partial(name.Type[TemplateName.PartialPrefix.Length..]) is { } partial && name.Channel == NotificationChannel.Email ? new TemplateSource { Html = partial } : null
        : builtIn.Find(name);

    private static void WarnOfPrice(string text, List<string> warnings)
    {
        var segments = SmsSegments.Count(text);
        if (!SmsSegments.IsGsm(text))
        {
            warnings.Add("A character is outside the GSM alphabet: a message holds 70 characters instead of 160.");
        }

        if (segments > 1)
        {
            warnings.Add(string.Create(CultureInfo.InvariantCulture, $"It goes out as {segments} messages."));
        }
    }

    private TenantBrand BrandOf(string tenant) => tenants.Of(tenant).Brand;
}
