using Milepost.Server.Channels.Email;
using Milepost.Server.Ingest.Kafka;
using Milepost.Server.Settings;
using Milepost.Server.Worker;

namespace Milepost.Server.Hosting;

/// <summary>The role <c>worker</c>: sends deliveries, watches silent orders, removes what is old, reads Kafka.</summary>
internal static class WorkerRole
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        EmailParts.AddProviders(services, settings.Email);
        DeliveryWork.Add(services, settings);
        services.AddHostedService<RetentionLoop>();
        services.AddHostedService<SilenceWatch>();
        if (settings.Kafka.Brokers.Count > 0)
        {
            services.AddKafkaIntake(settings.Kafka);
        }
    }
}
