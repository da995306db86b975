using Milepost.Server.Ingest.Kafka;

namespace Milepost.Server.Hosting;

/// <summary>The role <c>worker</c>: sends deliveries, reads Kafka.</summary>
internal static class WorkerRole
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        DeliveryWork.Add(services, settings);
        if (settings.Kafka.Brokers.Count > 0)
        {
            services.AddKafkaIntake(settings.Kafka);
        }
    }
}
