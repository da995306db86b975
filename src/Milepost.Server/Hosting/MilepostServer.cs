using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;
using Milepost.Core.Deliveries;
using Milepost.Core.Orders;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol;
using Milepost.Realtime.Streams;
using Milepost.Realtime.Transports;
using Milepost.Server.Access;
using Milepost.Server.Api;
using Milepost.Server.Channels.Email;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Channels.Webhook;
using Milepost.Server.Gateway;
using Milepost.Server.Hosting.Storage;
using Milepost.Server.Settings;
using Milepost.Server.Telemetry;
using Milepost.Server.Tracking;
using Milepost.Server.Worker;

namespace Milepost.Server.Hosting;

/// <summary>Puts the server together.</summary>
internal static class MilepostServer
{
    private const int MaxBodyBytes = 1024 * 1024;

    // With the grace before it, the end of the loops behind it and a margin it stays within StopSignals.Limit.
    private static readonly TimeSpan ShutdownLimit = TimeSpan.FromSeconds(25);

    /// <param name="settings">What it runs with.</param>
    /// <param name="extend">Maps further endpoints, such as the demo's.</param>
    public static WebApplication Build(ServerSettings settings, Action<WebApplication>? extend = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddConfiguration(settings.Configuration);
        builder.Logging.AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.UseUrls([.. settings.Urls]);
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(ConfigureKestrel);
        builder.WebHost.UseSockets(ConfigureSockets);
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = ShutdownLimit - TimeSpan.FromSeconds(settings.Gateway.DrainSeconds));
        builder.Services.ConfigureHttpJsonOptions(options =>
        {
            options.SerializerOptions.TypeInfoResolverChain.Insert(0, ProtocolJson.Default);
            options.SerializerOptions.DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull;
            options.SerializerOptions.Converters.Add(new Rfc3339JsonConverter());
        });
        AddServices(builder.Services, settings);

        var app = builder.Build();

        // Listens from the start: what is counted before the first reading counts too.
        app.Services.GetRequiredService<MetricCollector>();
        TrustedProxies.Use(app, settings.Gateway);
        app.UseMiddleware<ErrorMiddleware>();
        app.UseMiddleware<OriginMiddleware>(new OriginList(settings.Gateway, () => app.Urls));
        app.UseRouting();
        app.UseMiddleware<AccessMiddleware>();
        MapEndpoints(app, settings);
        extend?.Invoke(app);
        EndpointRules.Check(app);
        return app;
    }

    private static void AddServices(IServiceCollection services, ServerSettings settings)
    {
        services.AddSingleton(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddMilepostOpenApi();
        services.AddSingleton<NodeLife>();
        services.AddSingleton<MetricCollector>();
        services.AddSingleton<IHostLifetime, StopSignals>();

        // Loops are stopped in the reverse order, behind Kestrel: what was taken in is recorded before the database closes.
        services.AddSingleton(new AddressSecret(settings.Delivery.AddressKey));
        StorageSetup.Add(services, settings.Storage);
        services.AddSingleton<IStreamSource>(provider =>
        {
            var engine = provider.GetRequiredService<IStorageEngine>();
            return new StreamSource(provider.GetRequiredService<IStreamLog>(), provider.GetRequiredService<IOrderStore>(), provider.GetRequiredService<EntryViews>(), () => engine.Epoch);
        });
        services.AddSingleton<DeliverySignal>();
        TrackingParts.AddViews(services);
        BetweenNodes.Add(services, settings);
        services.AddSingleton<ICommitListener, LiveHints>();
        AccessParts.Add(services, settings);
        CustomerParts.Add(services, settings);
        SharingParts.Add(services, settings);
        TenantParts.Add(services);

        if (settings.Roles.HasFlag(Roles.Api) || settings.Roles.HasFlag(Roles.Worker))
        {
            Recording.Add(services, settings);
            TrackingParts.Add(services, settings);
            PushParts.Add(services, settings);
            services.AddSingleton<WebhookCall>();
            SmsParts.Add(services, settings);
            LogisticsParts.Add(services, settings);
        }

        if (settings.Roles.HasFlag(Roles.Api))
        {
            ApiRole.Add(services, settings);
            EmailParts.AddFeedback(services);
            services.AddSingleton<IDeliveryFeedback, DeliveryFeedback>();
        }

        if (settings.Roles.HasFlag(Roles.Worker))
        {
            WorkerRole.Add(services, settings);
        }

        if (settings.Roles.HasFlag(Roles.Gateway))
        {
            GatewayRole.Add(services, settings);
        }
    }

    private static void MapEndpoints(WebApplication app, ServerSettings settings)
    {
        if (settings.Roles.HasFlag(Roles.Api))
        {
            ApiRole.Map(app);
        }

        if (settings.Roles.HasFlag(Roles.Gateway))
        {
            GatewayRole.Map(app, settings);
        }

        app.MapHealth();
        app.MapMetrics();
        app.MapMilepostOpenApi();
    }

    private static void ConfigureKestrel(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(10);
        // A cursor over many streams stands in the address.
        kestrel.Limits.MaxRequestLineSize = 16 * 1024;
        kestrel.ConfigureEndpointDefaults(listen => listen.Use(ConnectionTakeover.Middleware));
    }

    private static void ConfigureSockets(SocketTransportOptions sockets)
    {
        sockets.Backlog = 4096;
        sockets.CreateBoundListenSocket = endpoint =>
        {
            var socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            if (OperatingSystem.IsLinux())
            {
                // TCP_USER_TIMEOUT, inherited by accepted sockets: a peer that acknowledges nothing for 25 s is gone, also on SSE, where
                // it never says anything.
                socket.SetRawSocketOption(6, 18, BitConverter.GetBytes(25_000));
            }

            return socket;
        };
    }
}
