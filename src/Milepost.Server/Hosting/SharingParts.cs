using Milepost.Core.Sharing;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Proofs;
using Milepost.Server.Settings;
using Milepost.Server.Sharing;

namespace Milepost.Server.Hosting;

/// <summary>Share links and what follows a delivery.</summary>
internal static class SharingParts
{
    public static void Add(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(provider => new GuestLinks(provider.GetRequiredService<IShareStore>(), settings.Sharing, provider.GetRequiredService<TimeProvider>()));
        if (settings.Roles.HasFlag(Roles.Api))
        {
            services.AddSingleton<LinkUses>();
            services.AddSingleton<GuestLanguage>();
            services.AddSingleton<LinkUseLoop>();
            services.AddHostedService(provider => provider.GetRequiredService<LinkUseLoop>());
            services.AddSingleton<ProofPhotos>();
            services.AddSingleton(provider =>
            {
                var engine = provider.GetRequiredService<IStorageEngine>();
                return new PhotoLinks(settings.Gateway.PublicUrl, () => engine.LinkKey, provider.GetRequiredService<TimeProvider>());
            });
            services.AddSingleton<Ratings>();
        }

        if (settings.Roles.HasFlag(Roles.Gateway))
        {
            services.AddSingleton<GuestWatch>();
            services.AddHostedService(provider => provider.GetRequiredService<GuestWatch>());
        }
    }

    public static void Map(WebApplication app)
    {
        app.MapShares();
        app.MapGuests();
        app.MapGuestPage();
        app.MapProofs();
        app.MapRatings();
    }
}
