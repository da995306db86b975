using Milepost.Core.Deliveries;
using Milepost.Server.Channels.Apns;
using Milepost.Server.Channels.Fcm;
using Milepost.Server.Channels.WebPush;
using Milepost.Server.Outgoing;
using Milepost.Server.Settings;

namespace Milepost.Server.Channels.Push;

/// <summary>The push services that are set up.</summary>
internal sealed partial class PushProviders : IDisposable
{
    private readonly Dictionary<DeliveryChannel, IProvider> _all = [];
    private readonly List<IDisposable> _owned = [];

    public PushProviders(ServerSettings settings, WebPushSetup setup, OutgoingHttp outgoing, TimeProvider time, ILogger<PushProviders> logger)
    {
        if (setup.Keys is { } keys)
        {
            _all[DeliveryChannel.WebPush] = new WebPushProvider(outgoing, new VapidTokens(keys, setup.Subject, time), time);
        }
        else
        {
            Log.NoKeys(logger);
        }

        var authorities = TrustedAuthorities.Of(settings.Outgoing);
        var http = Owned(new PushHttp(authorities, time));
        if (settings.Fcm.ServiceAccountFile.Length > 0)
        {
            var account = FcmAccount.Read(settings.Fcm.ServiceAccountFile);
            _all[DeliveryChannel.Fcm] = new FcmProvider(account, settings.Fcm.BaseUrl, Owned(new FcmTokens(account, authorities, time)), http, time);
        }

        if (settings.Apns.KeyFile.Length > 0)
        {
            var tokens = Owned(new ApnsTokens(ApnsTokens.ReadKey(settings.Apns.KeyFile), settings.Apns.KeyId, settings.Apns.TeamId, time));
            _all[DeliveryChannel.Apns] = new ApnsProvider(settings.Apns, tokens, http, time);
        }
    }

    /// <summary>The providers of a channel; empty: none is set up.</summary>
    public IReadOnlyList<IProvider> Of(DeliveryChannel channel) => _all.TryGetValue(channel, out var provider) ? [provider] : [];

    public void Dispose() => _owned.ForEach(owned => owned.Dispose());

    private T Owned<T>(T part)
        where T : IDisposable
    {
        _owned.Add(part);
        return part;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Pushes to browsers are kept in the outbox: with PostgreSQL all nodes must be given one pair of keys, Channels:WebPush:PublicKey and Channels:WebPush:PrivateKey")]
        public static partial void NoKeys(ILogger logger);
    }
}
