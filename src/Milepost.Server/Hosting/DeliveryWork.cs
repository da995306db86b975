using System.Security.Cryptography;
using Milepost.Core.Deliveries;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Outbox;
using Milepost.Server.Settings;
using Milepost.Server.Worker;

namespace Milepost.Server.Hosting;

/// <summary>The part of the role <c>worker</c> that sends deliveries.</summary>
internal static class DeliveryWork
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(settings.Delivery);
        foreach (var channel in Enum.GetValues<DeliveryChannel>())
        {
            services.AddSingleton<IChannelSender>(provider => ActivatorUtilities.CreateInstance<OutboxSender>(provider, channel));
        }

        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DeliverySending>(provider, (Func<double>)Chance));
        services.AddHostedService<DeliveryLoop>();
    }

    private static double Chance() => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
}
