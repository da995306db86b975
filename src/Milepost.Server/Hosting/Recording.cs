using Milepost.Core.Notifications;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Server.Settings;
using Milepost.Server.Worker;

namespace Milepost.Server.Hosting;

/// <summary>The one write path, for the roles that record events: <c>api</c> over HTTP, <c>worker</c> from Kafka.</summary>
internal static class Recording
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        NotificationParts.Add(services);
        services.AddSingleton(provider => new EventRecorder(
            provider.GetRequiredService<IOrderStore>(), provider.GetRequiredService<NotificationTools>(), provider.GetRequiredService<ICommitListener>(), provider.GetRequiredService<TimeProvider>(),
            settings.Ingest.QueueLimit, settings.Ingest.CommitLimit)
        {
            DeliveriesQueued = _ => provider.GetRequiredService<DeliverySignal>().Raise(),
        });
        services.AddHostedService<RecorderLoop>();
    }
}
