using Milepost.Core.DeadLetters;
using Milepost.Core.Recording;
using Milepost.Server.Hosting;
using Milepost.Server.Settings;

namespace Milepost.Server.Ingest.Kafka;

internal static class KafkaServices
{
    /// <summary>The intake from Kafka, for nodes that work and where brokers are named. Register it behind the recorder: it stops before it.</summary>
    public static IServiceCollection AddKafkaIntake(this IServiceCollection services, KafkaOptions options)
    {
        LibRdKafka.Ensure();
        services.AddSingleton(provider => new KafkaIntake(
            provider.GetRequiredService<EventRecorder>(),
            provider.GetRequiredService<IDeadLetterStore>(),
            EventReaderOf(options),
            options,
            new Random(Environment.ProcessId),
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<KafkaIntake>>()));
        services.AddSingleton(options);
        services.AddSingleton<KafkaReadiness>();
        services.AddSingleton<IReadinessPart>(provider => provider.GetRequiredService<KafkaReadiness>());
        if (options.DeadLetterTopic.Length > 0)
        {
            services.AddHostedService<DeadLetterAnnouncer>();
        }

        services.AddHostedService<KafkaConsumerLoop>();
        return services;
    }

    public static KafkaEventReader EventReaderOf(KafkaOptions options) => new(options, FieldMapping.Parse(options.Mapping, options.Topics, []));
}
