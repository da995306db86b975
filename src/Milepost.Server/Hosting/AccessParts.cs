using Milepost.Core.Access;
using Milepost.Realtime.Backplane.Redis;
using Milepost.Realtime.Sessions;
using Milepost.Server.Access;
using Milepost.Server.Access.Limits;
using Milepost.Server.Access.Revocations;
using Milepost.Server.Access.Tickets;
using Milepost.Server.Settings;

namespace Milepost.Server.Hosting;

/// <summary>What decides who may, and how often. With Redis the nodes share it.</summary>
internal static class AccessParts
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        var keys = KeySource.Of(settings);
        services.AddSingleton<RevocationMarks>();
        services.AddSingleton(settings.Auth);
        services.AddSingleton(provider => new TokenReader(
            keys,
            keys is KeySource.Issuer issuer
                ? new IssuerKeys(issuer.Authority, TimeSpan.FromMinutes(settings.Auth.KeyRefreshMinutes), Time(provider), provider.GetRequiredService<ILogger<IssuerKeys>>())
                : null,
            settings.Auth, provider.GetRequiredService<RevocationMarks>(), Time(provider)));

        services.AddSingleton<LocalTickets>();
        services.AddSingleton<ITicketStore>(provider => provider.GetRequiredService<RedisConnections>() is { IsConfigured: true } redis
            ? new RedisTickets(redis, provider.GetRequiredService<LocalTickets>(), Time(provider))
            : provider.GetRequiredService<LocalTickets>());

        services.AddSingleton<IRateLimiter>(provider => provider.GetRequiredService<RedisConnections>() is { IsConfigured: true } redis
            ? new RedisLimiter(redis, Time(provider))
            : new LocalLimiter(Time(provider)));
        services.AddSingleton(provider => new RateLimits(provider.GetRequiredService<IRateLimiter>(), settings.Limits));

        services.AddSingleton<RevocationHints>();
        services.AddSingleton(provider => new RevocationLoop(
            provider.GetRequiredService<IRevocationStore>(), provider.GetRequiredService<RevocationMarks>(), provider.GetRequiredService<RevocationHints>(),
            provider.GetService<SessionRegistry>(), Time(provider), provider.GetRequiredService<ILogger<RevocationLoop>>()));
        services.AddHostedService(provider => provider.GetRequiredService<RevocationLoop>());
    }

    private static TimeProvider Time(IServiceProvider provider) => provider.GetRequiredService<TimeProvider>();
}
