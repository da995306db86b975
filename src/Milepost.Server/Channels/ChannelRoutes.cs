using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels;

/// <summary>The routes of all channels.</summary>
internal sealed class ChannelRoutes(IEnumerable<ChannelRoute> routes)
{
    private readonly Dictionary<DeliveryChannel, ChannelRoute> _routes = routes.ToDictionary(route => route.Channel);

    public ChannelRoute Of(DeliveryChannel channel) => _routes[channel];

    public IEnumerable<ProviderHealth> Health => _routes.Values.SelectMany(route => route.Health);
}
