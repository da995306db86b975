using Milepost.Core.Templates;
using Milepost.Protocol.Errors;
using Milepost.Protocol.Preferences;
using Milepost.Protocol.Templates;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Templates.Engine;

namespace Milepost.Server.Templates;

/// <summary>The tenant's templates: read by staff, written by admins.</summary>
internal static partial class TemplateEndpoints
{
    private const int MaxVersions = 100;
    private const string One = "/{type}/{channel}/{locale}";

    public static void MapTemplates(this IEndpointRouteBuilder routes)
    {
        var readers = routes.MapGroup("/api/v1/{tenant}/admin/templates").Allow(AccessRule.Staff).WithTags("Admin");
        readers.MapGet("", ListAsync).ProducesOurProblems().WithName("listTemplates").Produces<TemplateList>()
            .WithSummary("Lists the tenant's templates and the product's own.");
        readers.MapGet(One, GetAsync).ProducesOurProblems().WithName("getTemplate").Produces<TemplateView>()
            .WithSummary("Gives a template with all its versions, and the product's words for it.");

        var writers = routes.MapGroup("/api/v1/{tenant}/admin/templates").Allow(AccessRule.Admin).WithTags("Admin")
            .ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType, StatusCodes.Status422UnprocessableEntity);
        writers.MapPut(One, PutAsync).WithName("putTemplate").Accepts<TemplateParts>("application/json").Produces<TemplateStored>(StatusCodes.Status201Created)
            .WithSummary("Checks a template and stores it as a new version, a draft.");
        writers.MapPost(One + "/publish", PublishAsync).WithName("publishTemplate").Accepts<TemplatePublishRequest>("application/json").Produces<TemplateVersionView>()
            .WithSummary("Puts a version in use. It is tried again: what it includes may have changed since it was stored.");
        writers.MapPost(One + "/revert", RevertAsync).WithName("revertTemplate").Produces(StatusCodes.Status204NoContent)
            .WithSummary("Takes the version in use out of use; from then on the product's words are used.");
        writers.MapPost("/preview", PreviewAsync).WithName("previewTemplate").Accepts<TemplatePreviewRequest>("application/json").Produces<TemplatePreview>()
            .WithSummary("Renders a source, a version, or what is in use, with sample data.");
        writers.MapPost(One + "/test", TestAsync).WithName("testTemplate").Accepts<TemplateTestRequest>("application/json").Produces<TemplateTestReply>()
            .WithSummary("Sends a version, or what is in use, to an address, rendered with sample data.");
    }

    private static async Task<IResult> ListAsync(HttpContext context, ITemplateStore store, BuiltInTexts builtIn, string tenant)
    {
        var own = (await store.ListAsync(tenant, context.RequestAborted)).ToDictionary(listed => listed.Name);
        var names = own.Keys.Concat(builtIn.Names).Distinct();
        return TypedResults.Ok(new TemplateList(
            [.. names.OrderBy(name => name.Type, StringComparer.Ordinal).ThenBy(name => name.Channel).ThenBy(name => name.Locale, StringComparer.Ordinal).Select(name => TemplateViews.Item(name, own.GetValueOrDefault(name), builtIn.Find(name) is not null))]));
    }

    private static async Task<IResult> GetAsync(HttpContext context, ITemplateStore store, TemplateTrial trial, string tenant, string type, string channel, string locale)
    {
        if (!TemplateNames.TryParse(type, channel, locale, out var name))
        {
            return BadName();
        }

        var versions = await store.VersionsAsync(tenant, name, MaxVersions, context.RequestAborted);
        var builtIn = trial.BuiltIn(name);
        return versions.Count == 0 && builtIn is null
            ? Problems.Result(ErrorCode.NotFound)
            : TypedResults.Ok(new TemplateView(
                name.Type, name.Channel, name.Locale, versions.FirstOrDefault(version => version.IsInUse)?.Number, builtIn is null ? null : TemplateViews.Parts(builtIn), [.. versions.Select(TemplateViews.Version)]));
    }

    private static async Task<IResult> PutAsync(
        HttpContext context, ITemplateStore store, TemplateTrial trial, TimeProvider time, string tenant, string type, string channel, string locale)
    {
        var (parts, refused) = await TemplateRequests.ReadAsync(context, Protocol.ProtocolJson.Default.TemplateParts);
        if (parts is null)
        {
            return refused!;
        }

        if (!TemplateNames.TryParse(type, channel, locale, out var name))
        {
            return BadName();
        }

        var source = TemplateViews.Source(parts);
        try
        {
            var (_, warnings) = trial.Try(tenant, name, source, ITexts.BuiltIn, sample: null);
            var stored = await store.AddAsync(tenant, name, source, context.Caller().Subject, time.GetUtcNow(), context.RequestAborted);
            return TypedResults.Created((string?)null, new TemplateStored(TemplateViews.Version(stored), warnings));
        }
        catch (TemplateFaultException fault)
        {
            return Fault(fault);
        }
    }

    private static async Task<IResult> PublishAsync(
        HttpContext context, ITemplateStore store, TemplateTrial trial, TemplateCatalog catalog, TimeProvider time, ILogger<Texts> logger, string tenant, string type, string channel, string locale)
    {
        var (request, refused) = await TemplateRequests.ReadAsync(context, Protocol.ProtocolJson.Default.TemplatePublishRequest);
        if (request is null)
        {
            return refused!;
        }

        if (!TemplateNames.TryParse(type, channel, locale, out var name))
        {
            return BadName();
        }

        if (request.Version is not { } number)
        {
            return Problems.Result(ErrorCode.MissingField, null, "version");
        }

        if (await store.FindAsync(tenant, name, number, context.RequestAborted) is not { } version)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        try
        {
            trial.Try(tenant, name, version.Source, number, sample: null);
        }
        catch (TemplateFaultException fault)
        {
            return Fault(fault);
        }

        var by = context.Caller().Subject;
        if (await store.PublishAsync(tenant, name, number, by, time.GetUtcNow(), context.RequestAborted) is not { } published)
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        catalog.Learn([published], time.GetUtcNow());
        Log.Published(logger, tenant, number, name.Type, name.Locale, by);
        return TypedResults.Ok(TemplateViews.Version(published));
    }

    private static async Task<IResult> RevertAsync(
        HttpContext context, ITemplateStore store, TemplateCatalog catalog, TimeProvider time, ILogger<Texts> logger, string tenant, string type, string channel, string locale)
    {
        if (!TemplateNames.TryParse(type, channel, locale, out var name))
        {
            return BadName();
        }

        var now = time.GetUtcNow();
        if (!await store.RetireAsync(tenant, name, now, context.RequestAborted))
        {
            return Problems.Result(ErrorCode.NotFound);
        }

        if (catalog.Of(tenant).Find(name) is { } known)
        {
            catalog.Learn([known with { RetiredAt = now }], now);
        }

        Log.Reverted(logger, tenant, name.Type, name.Locale, context.Caller().Subject);
        return TypedResults.NoContent();
    }

    private static async Task<IResult> PreviewAsync(HttpContext context, ITemplateStore store, TemplateTrial trial, string tenant)
    {
        var (request, refused) = await TemplateRequests.ReadAsync(context, Protocol.ProtocolJson.Default.TemplatePreviewRequest);
        if (request is null)
        {
            return refused!;
        }

        if (!TemplateNames.TryParse(request.Type, request.Channel, request.Locale, out var name))
        {
            return BadName();
        }

        var source = request.Source is { } parts ? TemplateViews.Source(parts) : null;
        var (text, warnings, wrong) = await RenderAsync(context, store, trial, tenant, name, source, request.Version, request.Sample);
        return wrong ?? TypedResults.Ok(new TemplatePreview(
            text!.Title, text.Text, text.Html, text.Version, text.Locale, warnings, name.Channel == NotificationChannel.Sms ? SmsSegments.Count(text.Text) : null));
    }

    private static async Task<IResult> TestAsync(HttpContext context, ITemplateStore store, TemplateTrial trial, string tenant, string type, string channel, string locale)
    {
        var (request, refused) = await TemplateRequests.ReadAsync(context, Protocol.ProtocolJson.Default.TemplateTestRequest);
        if (request is null)
        {
            return refused!;
        }

        if (!TemplateNames.TryParse(type, channel, locale, out var name))
        {
            return BadName();
        }

        if (name.Channel is not (NotificationChannel.Email or NotificationChannel.Sms))
        {
            return Problems.Result(ErrorCode.InvalidParameter, "Only e-mail and SMS can be sent to an address.", "channel");
        }

        if (string.IsNullOrWhiteSpace(request.To))
        {
            return Problems.Result(ErrorCode.MissingField, null, "to");
        }

        var (text, _, wrong) = await RenderAsync(context, store, trial, tenant, name, source: null, request.Version, request.Sample);
        if (wrong is not null)
        {
            return wrong;
        }

        if (context.RequestServices.GetService<ITestSender>() is not { } sender)
        {
            return Problems.Result(ErrorCode.ChannelUnavailable);
        }

        var answer = await sender.SendAsync(tenant, name.Channel, request.To.Trim(), text!, context.RequestAborted);
        return TypedResults.Ok(new TemplateTestReply(answer.IsSent, answer.Answer));
    }

    private static async Task<(RenderedText? Text, IReadOnlyList<string> Warnings, IResult? Wrong)> RenderAsync(
        HttpContext context, ITemplateStore store, TemplateTrial trial, string tenant, TemplateName name, TemplateSource? source, int? version, TemplateSample? sample)
    {
        if (name.IsPartial)
        {
            return (null, [], Problems.Result(ErrorCode.InvalidParameter, "A partial is rendered as part of others.", "type"));
        }

        if (source is null && version is { } number)
        {
            source = (await store.FindAsync(tenant, name, number, context.RequestAborted))?.Source;
            if (source is null)
            {
                return (null, [], Problems.Result(ErrorCode.NotFound));
            }
        }

        try
        {
            var (text, warnings) = source is null ? trial.TryUsed(tenant, name, sample) : trial.Try(tenant, name, source, version ?? ITexts.BuiltIn, sample);
            return (text, warnings, null);
        }
        catch (TemplateFaultException fault)
        {
            return (null, [], Fault(fault));
        }
    }

    private static IResult BadName() => Problems.Result(ErrorCode.InvalidParameter, TemplateNames.Rule);

    private static IResult Fault(TemplateFaultException fault) => Problems.Result(ErrorCode.InvalidTemplate, fault.Describe(), fault.Variable ?? fault.Part);

    private static partial class Log
    {
        [LoggerMessage(2, LogLevel.Information, "Template {Version} of {Tenant} ({Type}, {Locale}) was published by {Admin}")]
        public static partial void Published(ILogger logger, string tenant, int version, string type, string locale, string admin);

        [LoggerMessage(3, LogLevel.Information, "The template of {Tenant} for {Type}, {Locale} was taken out of use by {Admin}")]
        public static partial void Reverted(ILogger logger, string tenant, string type, string locale, string admin);
    }
}
