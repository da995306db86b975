using Microsoft.Extensions.DependencyInjection.Extensions;
using Milepost.Core.Deliveries;
using Milepost.Server.Admin;
using Milepost.Server.Admin.Decisions;
using Milepost.Server.Admin.Tracking;
using Milepost.Server.Api;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Ingest;
using Milepost.Server.Ingest.Locations;
using Milepost.Server.Ingest.Messages;
using Milepost.Server.Settings;
using Milepost.Server.Templates;
using Milepost.Server.Tenants;
using Milepost.Server.Unsubscribe;
using Milepost.Server.Worker;

namespace Milepost.Server.Hosting;

/// <summary>The role <c>api</c>: takes events, answers REST, gives out tickets.</summary>
internal static class ApiRole
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton<BulkTurns>();

        // What a worker decides with, to say what it would decide.
        services.TryAddSingleton(settings.Delivery);
        services.TryAddSingleton<MessageComposer>();
        services.TryAddSingleton<DeliveryAllowance>();
        services.AddSingleton<IDeliveryForecast, DeliveryForecast>();
    }

    public static void Map(WebApplication app)
    {
        app.MapEvents();
        app.MapOrders();
        app.MapExceptions();
        app.MapPromises();
        app.MapLocations();
        app.MapNotifications();
        app.MapNotificationRequests();
        app.MapPreferences();
        app.MapDevices();
        app.MapExports();
        app.MapUnsubscribe();
        SharingParts.Map(app);
        app.MapTickets();
        app.MapOutbox();
        app.MapDecisions();
        app.MapDeliveries();
        app.MapSuppressions();
        app.MapFeedback();
        app.MapRevocations();
        app.MapSettings();
        app.MapWebhooks();
        app.MapBudgets();
        app.MapSmsFeedback();
        app.MapWebPush();
        app.MapTemplates();
    }
}
