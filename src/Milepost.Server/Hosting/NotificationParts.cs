using Milepost.Core.Notifications;
using Milepost.Server.Templates;

namespace Milepost.Server.Hosting;

/// <summary>What notifications are made with, for the roles that record and those that send.</summary>
internal static class NotificationParts
{
    public static void Add(IServiceCollection services)
    {
        TemplateServices.Add(services);
        services.AddSingleton<NotificationTools>();
    }
}
