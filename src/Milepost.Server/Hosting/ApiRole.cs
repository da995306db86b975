using Milepost.Server.Admin;
using Milepost.Server.Api;
using Milepost.Server.Ingest;
using Milepost.Server.Unsubscribe;

namespace Milepost.Server.Hosting;

/// <summary>The role <c>api</c>: takes events, answers REST, gives out tickets.</summary>
internal static class ApiRole
{
    public static void Map(WebApplication app)
    {
        app.MapEvents();
        app.MapOrders();
        app.MapNotifications();
        app.MapPreferences();
        app.MapDevices();
        app.MapExports();
        app.MapUnsubscribe();
        app.MapTickets();
        app.MapOutbox();
        app.MapRevocations();
    }
}
