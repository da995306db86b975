using Microsoft.OpenApi;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;

namespace Milepost.Server.Api;

/// <summary>The OpenAPI document is made from the endpoints themselves.</summary>
internal static class OpenApi
{
    private const string Bearer = "bearer";

    // By operation and parameter; null: wherever the parameter has no row of its own.
    private static readonly Dictionary<(string? Operation, string? Parameter), string> Descriptions = new()
    {
        [("listDecisions", "order")] = "Only what was told about this order.",
        [("listDecisions", "customer")] = "Only what this customer was told. An order or a customer must be given.",
        [("listDecisions", "cursor")] = "The next of the page before.",
        [("listDeadDeliveries", "cursor")] = "The next of the page before.",
        [("redriveDeliveries", "channel")] = "email, sms, web_push, fcm, apns or webhook.",
        [("getDelivery", "id")] = "The id of the delivery.",
        [("redriveDelivery", "id")] = "The id of the delivery.",
        [("cancelNotifications", "id")] = "The id of the request.",
        [(null, "tenant")] = "The tenant of the credentials.",
        [(null, "id")] = "The id of the order or the notification.",
        [(null, "If-Match")] = "Only while the choices are at one of these versions (the ETag of an answer).",
        [(null, "customer")] = "Staff only, and required for staff: the customer.",
        [("exportCustomer", "id")] = "The customer's id.",
        [("postLocations", "id")] = "The driver's id, as in order.driver.assigned.",
        [("putDevice", "id")] = "The app's name for the device, unique for the customer.",
        [("deleteDevice", "id")] = "The device's id, as the list shows it.",
        [(null, "limit")] = "How many at most: 1 to 200; 50 when absent.",
        [(null, "type")] = "The notification's type, for example order.delivered; or partial: and the name of a piece that others include.",
        [(null, "channel")] = "in_app, email, sms or push.",
        [(null, "locale")] = "A language tag, for example de or pt-BR.",
        [("listOrders", "status")] = "Only these statuses, separated by commas.",
        [("listOrders", "active")] = "true: only open orders; false: only ended ones.",
        [("listOrders", "customer")] = "Operators only: this customer's orders.",
        [("listOrders", "cursor")] = "The next of the page before.",
        [("listOutbox", "cursor")] = "The next of the page before.",
        [("listSuppressions", "cursor")] = "The next of the page before.",
        [("listExceptions", "cursor")] = "The next of the page before.",
        [("listExceptions", "kind")] = "Only these kinds, separated by commas: late, stale, silent, unaccepted, not_picked_up.",
        [("getPromises", "from")] = "Delivered from here on; seven days before to when absent, and 92 days at most.",
        [("getPromises", "to")] = "Delivered before; now when absent.",
        [("getPromises", "zone")] = "Whose days: the IANA name of a time zone; UTC when absent.",
        [("removeSuppression", "id")] = "The id of the suppression.",
        [("replaceWebhook", "id")] = "The id of the webhook.",
        [("removeWebhook", "id")] = "The id of the webhook.",
        [("rotateWebhook", "id")] = "The id of the webhook.",
        [("testWebhook", "id")] = "The id of the webhook.",
        [("replaceSettings", "If-Match")] = "Only while the settings are at one of these versions (the ETag).",
        [("reportSmsFeedback", "delivery")] = "The delivery that is reported on.",
        [("revokeShare", "shareId")] = "The id of the link, as the list shows it.",
        [("getProofPhoto", "expires")] = "As the server wrote it.",
        [("getProofPhoto", "signature")] = "As the server wrote it.",
        [("listRevocations", "cursor")] = "The next of the page before.",
        [("listNotifications", "unread")] = "true: only unread ones; false: only read ones.",
        [("listNotifications", "category")] = "order, security, system, social or task.",
        [("listNotifications", "archived")] = "true: those taken out of the inbox.",
        [("listNotifications", "before")] = "Only those older than this cursor (the next of a page).",
        [("listNotifications", "after")] = "Only those newer than this cursor.",
    };

    /// <summary>The problems that any endpoint behind credentials can answer.</summary>
    public static TBuilder ProducesOurProblems<TBuilder>(this TBuilder builder, params ReadOnlySpan<int> others)
        where TBuilder : IEndpointConventionBuilder
    {
        foreach (var status in (int[])[400, 401, 403, 404, .. others, 429, 503])
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(Problem), [Problems.ContentType]));
        }

        return builder;
    }

    public static void AddMilepostOpenApi(this IServiceCollection services) => services.AddOpenApi("v1", options =>
    {
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // What is null is not written, so nobody can require it.
            foreach (var property in context.JsonTypeInfo.Properties.Where(property => property.IsGetNullable || Nullable.GetUnderlyingType(property.PropertyType) is not null))
            {
                schema.Required?.Remove(property.Name);
            }

            return Task.CompletedTask;
        });
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info.Title = "Milepost";
            document.Info.Version = "v1";
            document.Info.Description = "Order tracking and customer notifications. The live protocol is described in realtime.md.";
            // The document must not change with the address under which it was asked for.
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                [Bearer] = new OpenApiSecurityScheme
                {
                    Type = SecuritySchemeType.Http,
                    Scheme = "bearer",
                    BearerFormat = "JWT",
                    Description = "Claims: sub, tenant, exp, and scope. No scope is a customer, who sees own data only.",
                },
            };
            foreach (var (path, operation) in (document.Paths ?? []).SelectMany(path => (path.Value.Operations ?? []).Select(entry => (path.Key, entry.Value))))
            {
                // A handler that leaves the tenant to the access rules does not name it, the address does.
                operation.Parameters ??= [];
                if (path.Contains("{tenant}", StringComparison.Ordinal) && !operation.Parameters.Any(parameter => parameter.Name == "tenant"))
                {
                    operation.Parameters.Insert(0, new OpenApiParameter { Name = "tenant", In = ParameterLocation.Path, Required = true, Schema = new OpenApiSchema { Type = JsonSchemaType.String } });
                }

                operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(Bearer, document)] = [] }];
                foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
                {
                    parameter.Description ??= Descriptions.GetValueOrDefault((operation.OperationId, parameter.Name)) ?? Descriptions.GetValueOrDefault((null, parameter.Name));
                }
            }

            return Task.CompletedTask;
        });
    });

    public static void MapMilepostOpenApi(this IEndpointRouteBuilder routes)
    {
        routes.MapOpenApi("/openapi/{documentName}.json").Allow(AccessRule.Anyone);
        routes.MapOpenApi("/openapi/{documentName}.yaml").Allow(AccessRule.Anyone);
    }
}
