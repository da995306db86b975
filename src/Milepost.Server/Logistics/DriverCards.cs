namespace Milepost.Server.Logistics;

/// <summary>Drivers' cards for whoever shows one: the service is asked when a card is old, and an old one is better than none.</summary>
/// <param name="client">Null: there is no service.</param>
/// <param name="options">How old a card may become.</param>
internal sealed class DriverCards(LogisticsClient? client, LogisticsOptions options)
{
    private readonly TimeSpan _fresh = TimeSpan.FromMinutes(options.CardMinutes);

    /// <summary>The card; null: the service does not know this driver, or has never told and does not answer now.</summary>
    public async ValueTask<DriverCard?> FindAsync(string tenant, string driverId, CancellationToken cancellationToken) => client is null ? null
        : client.KnownDriver(tenant, driverId) is { } known && known.Age < _fresh ? known.Card
        : (await client.DriverAsync(tenant, driverId, cancellationToken)).Known;
}
