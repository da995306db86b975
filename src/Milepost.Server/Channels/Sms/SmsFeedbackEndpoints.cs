using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using Milepost.Core.Deliveries;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Api;

namespace Milepost.Server.Channels.Sms;

internal static class SmsFeedbackEndpoints
{
    private const int MaxFields = 100;
    private const int MaxBytes = 32 * 1024;
    private const string Form = "application/x-www-form-urlencoded";

    // The signature is the credential: it is checked before anything is believed.
    public static void MapSmsFeedback(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/v1/{tenant}/feedback/sms", TakeAsync).Allow(AccessRule.Anyone).WithTags("Feedback").DisableAntiforgery()
            .ProducesOurProblems(StatusCodes.Status415UnsupportedMediaType).WithName("reportSmsFeedback").Produces(StatusCodes.Status204NoContent)
            .WithSummary("Takes status callbacks of Twilio, signed with X-Twilio-Signature. The address is given to Twilio with each SMS. May be repeated.");

    private static async Task<IResult> TakeAsync(HttpContext context, SmsCallback callback, SmsFeedback feedback, string tenant, string? delivery)
    {
        if (!context.Request.HasFormContentType || context.Request.ContentType?.StartsWith(Form, StringComparison.OrdinalIgnoreCase) != true)
        {
            return Problems.Result(ErrorCode.UnsupportedMediaType, $"Send {Form}.");
        }

        IFormCollection form;
        try
        {
            form = await context.Request.ReadFormAsync(new FormOptions { ValueCountLimit = MaxFields, BufferBodyLengthLimit = MaxBytes, ValueLengthLimit = MaxBytes }, context.RequestAborted);
        }
        catch (InvalidDataException)
        {
            return Problems.Result(ErrorCode.InvalidField, "This is not the form of a status callback.");
        }

        var fields = form.SelectMany(field => field.Value.Select(value => KeyValuePair.Create(field.Key, value ?? "")));
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (!callback.IsSigned(target, form["AccountSid"].ToString(), fields, context.Request.Headers["X-Twilio-Signature"].ToString()))
        {
            return Problems.Result(ErrorCode.Forbidden, "The request is not signed by one of the configured accounts.");
        }

        if (string.IsNullOrEmpty(delivery))
        {
            return Problems.Result(ErrorCode.InvalidParameter, null, SmsCallback.DeliveryParameter);
        }

        var code = int.TryParse(form["ErrorCode"].ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        await feedback.TakeAsync(tenant, delivery, form["MessageStatus"].ToString(), code, form["To"].ToString(), context.RequestAborted);
        return TypedResults.NoContent();
    }
}
