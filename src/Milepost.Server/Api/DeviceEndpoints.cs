using System.Text.Json;
using Milepost.Core.Customers;
using Milepost.Core.Deliveries;
using Milepost.Protocol;
using Milepost.Protocol.Devices;
using Milepost.Protocol.Errors;
using Milepost.Server.Access;
using Milepost.Server.Outgoing;

namespace Milepost.Server.Api;

/// <summary>The browsers and phones that pushes go to. A device registers at each start, so that whoever is logged in now has it.</summary>
internal static class DeviceEndpoints
{
    private const int MaxBytes = 16 * 1024;

    public static void MapDevices(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1/{tenant}").WithTags("Devices");
        group.MapGet("devices", ListAsync).Allow(AccessRule.Reader).ProducesOurProblems()
            .WithName("listDevices").Produces<DevicePage>().WithSummary("The customer's devices, with masked addresses.");
        Own(group.MapPut("push-subscriptions", SubscribeAsync)).WithName("putPushSubscription").Accepts<PushSubscriptionRequest>(JsonBody.Json)
            .Produces<DeviceView>().Produces<DeviceView>(StatusCodes.Status201Created)
            .WithSummary("Registers this browser for pushes. Whoever was logged in on it before loses it.");
        Own(group.MapDelete("push-subscriptions", UnsubscribeAsync)).WithName("deletePushSubscription").Accepts<PushSubscriptionName>(JsonBody.Json)
            .Produces(StatusCodes.Status204NoContent).WithSummary("Removes this browser; also when it is gone already.");
        Own(group.MapPut("devices/{id}", RegisterAsync)).WithName("putDevice").Accepts<DeviceRequest>(JsonBody.Json)
            .Produces<DeviceView>().Produces<DeviceView>(StatusCodes.Status201Created)
            .WithSummary("Registers a phone for pushes (FCM, APNs). Whoever was logged in on it before loses it.");
        group.MapDelete("devices/{id}", RemoveAsync).Allow(AccessRule.Customer).ProducesOurProblems()
            .WithName("deleteDevice").Produces(StatusCodes.Status204NoContent).WithSummary("Removes a device; also when it is gone already.");
    }

    private static RouteHandlerBuilder Own(RouteHandlerBuilder route) => route.Allow(AccessRule.Customer)
        .ProducesOurProblems(StatusCodes.Status410Gone, StatusCodes.Status413PayloadTooLarge, StatusCodes.Status415UnsupportedMediaType);

    private static async Task<IResult> ListAsync(HttpContext context, ICustomerStore customers, string tenant, string? customer)
    {
        var (id, refused) = CustomerParameter.Read(context, customer);
        return id is null
            ? refused!
            : TypedResults.Ok(new DevicePage([.. ((await customers.FindAsync(tenant, id, context.RequestAborted))?.Devices ?? []).Select(ToView)]));
    }

    private static Task<IResult> SubscribeAsync(HttpContext context, ICustomerStore customers, OutgoingRules rules, TimeProvider time, string tenant) =>
        PutAsync(context, customers, time, tenant, reader => reader.Subscription(rules));

    private static Task<IResult> RegisterAsync(HttpContext context, ICustomerStore customers, TimeProvider time, string tenant, string id) => Identifiers.IsValid(id)
        ? PutAsync(context, customers, time, tenant, reader => reader.Phone(id))
        : Task.FromResult(Problems.Result(ErrorCode.InvalidParameter, $"An id is {Identifiers.Rule}.", "id"));

    private static async Task<IResult> PutAsync(HttpContext context, ICustomerStore customers, TimeProvider time, string tenant, Func<DeviceReader, Device?> read)
    {
        var (document, unreadable) = await JsonBody.ReadAsync(context, MaxBytes, JsonBody.Json);
        if (document is null)
        {
            return unreadable!;
        }

        using (document)
        {
            var reader = new DeviceReader(document.RootElement, time.GetUtcNow());
            if (read(reader) is not { } device)
            {
                return reader.Refused!;
            }

            return await customers.ClaimDeviceAsync(tenant, context.Caller().Subject, device, context.RequestAborted) switch
            {
                null => Problems.Result(ErrorCode.CustomerErased, "Nothing is kept of this customer any more."),
                { Added: true } claim => TypedResults.Created((string?)null, ToView(claim.Device)),
                var claim => TypedResults.Ok(ToView(claim.Device)),
            };
        }
    }

    private static async Task<IResult> UnsubscribeAsync(HttpContext context, ICustomerStore customers, string tenant)
    {
        var (document, unreadable) = await JsonBody.ReadAsync(context, MaxBytes, JsonBody.Json);
        if (document is null)
        {
            return unreadable!;
        }

        using (document)
        {
            // Whatever is no address of a push service cannot be registered either: no rules here.
            if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("endpoint", out var endpoint) || endpoint.ValueKind != JsonValueKind.String)
            {
                return Problems.Result(ErrorCode.MissingField, "This field is required.", "endpoint");
            }

            await customers.RemoveDeviceAsync(tenant, context.Caller().Subject, DeviceList.WebPushId(endpoint.GetString()!), context.RequestAborted);
            return TypedResults.NoContent();
        }
    }

    private static async Task<IResult> RemoveAsync(HttpContext context, ICustomerStore customers, string tenant, string id)
    {
        await customers.RemoveDeviceAsync(tenant, context.Caller().Subject, id, context.RequestAborted);
        return TypedResults.NoContent();
    }

    internal static DeviceView ToView(Device device) => new(device.Id, Wire(device.Kind), Masked(device), device.SeenAt, device.TimeZone, device.Locale);

    private static string Wire(DeviceKind kind) => kind switch
    {
        DeviceKind.WebPush => "web_push",
        DeviceKind.Fcm => "fcm",
        DeviceKind.Apns => "apns",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    private static string Masked(Device device) => device.Kind == DeviceKind.WebPush && Uri.TryCreate(device.Address, UriKind.Absolute, out var address)
        ? $"{address.GetLeftPart(UriPartial.Authority)}/***"
        : AddressMask.Address(device.Address);
}
