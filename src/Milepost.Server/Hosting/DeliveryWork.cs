using System.Security.Cryptography;
using Milepost.Core.Deliveries;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Outbox;
using Milepost.Server.Channels.Push;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.Webhook;
using Milepost.Server.Settings;
using Milepost.Server.Templates;
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
            services.AddSingleton(provider => new ChannelRoute(channel, Providers(provider, channel), provider.GetRequiredService<TimeProvider>()));
        }

        services.AddSingleton<ChannelRoutes>();
        services.AddSingleton<MessageComposer>();
        services.AddSingleton<DeliveryAllowance>();
        services.AddSingleton<DeliveryClearing>();
        services.AddSingleton<AddressHygiene>();
        services.AddSingleton<ITestSender, TestSender>();
        services.AddHostedService<QuietHoursWatch>();
        services.AddSingleton<BudgetWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<BudgetWatch>());

        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<DeliverySending>(provider, (Func<double>)Chance));

        // Bulk is not woken by what is queued: it looks once a second, and goes on as long as there is more.
        AddLoop(services, LanePace.News(settings.Delivery), provider => provider.GetRequiredService<DeliverySignal>());
        AddLoop(services, LanePace.Bulk(settings.Delivery), _ => new DeliverySignal());
    }

    private static void AddLoop(IServiceCollection services, LanePace pace, Func<IServiceProvider, DeliverySignal> signal) =>
        services.AddSingleton<IHostedService>(provider => ActivatorUtilities.CreateInstance<DeliveryLoop>(provider, pace, signal(provider)));

    // In the order in which they are asked; the outbox where there is none.
    private static IReadOnlyList<IProvider> Providers(IServiceProvider services, DeliveryChannel channel) => channel switch
    {
        DeliveryChannel.Later => [ActivatorUtilities.CreateInstance<LaterProvider>(services)],
        DeliveryChannel.WebPush or DeliveryChannel.Fcm or DeliveryChannel.Apns when services.GetRequiredService<PushProviders>().Of(channel) is { Count: > 0 } pushes => pushes,
        DeliveryChannel.Email when services.GetService<EmailProviders>() is { All: { Count: > 0 } servers } => servers,
        DeliveryChannel.Sms when services.GetRequiredService<SmsProviders>().All is { Count: > 0 } accounts => accounts,
        DeliveryChannel.Webhook => [ActivatorUtilities.CreateInstance<WebhookProvider>(services)],
        _ => [ActivatorUtilities.CreateInstance<OutboxProvider>(services)],
    };

    private static double Chance() => RandomNumberGenerator.GetInt32(1_000_000) / 1_000_000.0;
}
