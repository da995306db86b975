using Milepost.Server.Hosting;

namespace Milepost.Server.Channels.Email;

/// <summary>What belongs to e-mail among the services.</summary>
internal static class EmailParts
{
    /// <summary>The role <c>api</c>: what relays report.</summary>
    public static void AddFeedback(IServiceCollection services) => services.AddSingleton<FeedbackIntake>();

    /// <summary>The role <c>worker</c>: the servers that take our mail. None are configured: the outbox takes it.</summary>
    public static void AddProviders(IServiceCollection services, EmailOptions options)
    {
        if (options.Servers.Count == 0)
        {
            return;
        }

        services.AddSingleton(provider => new EmailProviders(options, provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<SmtpProvider>>()));
        services.AddSingleton<IReadinessPart>(provider => provider.GetRequiredService<EmailProviders>());
    }
}
