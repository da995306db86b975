using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Orders;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Orders;
using Milepost.Protocol.Preferences;
using Milepost.Server.Templates;
using Milepost.Server.Templates.Engine;

namespace Milepost.Channels.Tests.Templates;

/// <summary>Models, formats and whole catalogs for the tests of the templates.</summary>
internal static class Some
{
    public static readonly DateTimeOffset Now = new(2026, 11, 24, 13, 0, 0, TimeSpan.Zero);
    public static readonly BuiltInTexts BuiltIn = BuiltInTexts.Load();

    public static TextFormats Formats(string locale, string? zone = "UTC", DateTimeOffset? now = null) => new(locale, BuiltIn.WordsOf(locale), zone, now ?? Now);

    public static TextModel Model(string type = "order.out_for_delivery") => SampleModels.Full(type, new TenantBrand(), Now);

    public static TextModel WithData(string json) => new() { Now = Now, Data = JsonDocument.Parse(json).RootElement };

    /// <summary>Renders one part, as the engine does it.</summary>
    public static string Render(string source, TextModel? model = null, string locale = "en", bool isHtml = false, Dictionary<string, string>? partials = null)
    {
        var environment = new TemplateEnvironment(name => partials?.GetValueOrDefault(name));
        var part = environment.Compile("text", source, isHtml);
        using var scope = new RenderScope(Formats(locale, (model ?? Model()).TimeZone));
        return part.Render(ModelMapping.Map(model ?? Model(), locale, LocaleTag.Language(locale)));
    }

    public static TemplateFaultException Fault(string source, TextModel? model = null, Dictionary<string, string>? partials = null) =>
        Should.Throw<TemplateFaultException>(() => Render(source, model, partials: partials));

    public static TemplateVersion Version(int number, TemplateName name, TemplateSource source, DateTimeOffset? published = null, DateTimeOffset? retired = null) => new()
    {
        Tenant = "acme",
        Name = name,
        Number = number,
        Source = source,
        CreatedAt = Now.AddDays(-1),
        CreatedBy = "ada",
        PublishedAt = published ?? Now,
        PublishedBy = "ada",
        RetiredAt = retired,
    };

    public static Texts Texts(ILogger<Texts>? logger = null, string? tenantLocale = null, params TemplateVersion[] versions)
    {
        var catalog = new TemplateCatalog(BuiltIn);
        catalog.Learn(versions, Now);
        return new Texts(BuiltIn, catalog, tenantLocale is null ? new DefaultTenants() : new OneTenant(tenantLocale), logger ?? NullLogger<Texts>.Instance);
    }

    public static TemplateName Name(string type, NotificationChannel channel, string locale) => new(type, channel, locale);

    public static Order Order(string id = "A-1001", OrderStatus status = OrderStatus.OutForDelivery) =>
        new() { Tenant = "acme", Id = id, Status = status, Last = new EventKey(Now, "s", "1"), EventCount = 1 };

    private sealed class OneTenant(string locale) : ITenantCatalog
    {
        private readonly TenantSettings _settings = new() { Brand = new TenantBrand { Locale = locale } };

        public TenantSettings Of(string tenant) => _settings;
    }
}
