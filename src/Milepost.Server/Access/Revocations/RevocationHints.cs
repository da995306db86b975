using Milepost.Realtime.Backplane.Redis;

namespace Milepost.Server.Access.Revocations;

/// <summary>Tells the other nodes that there is a new revocation to read. Says nothing of it: the store does.</summary>
internal sealed class RevocationHints(RedisConnections redis)
{
    private const string Channel = "milepost:revocations";

    private static readonly byte[] Message = [1];

    /// <summary>Has <paramref name="heard"/> called for each hint, and when hints may have been lost. It must not block.</summary>
    public async Task ListenAsync(Action heard)
    {
        if (redis.IsConfigured)
        {
            var connection = redis.For(Channel);
            connection.Restored += (_, _) => heard();
            await connection.SubscribeAsync(Channel, _ => heard());
        }
    }

    /// <summary>While Redis is away nothing is sent: the others read the store every few seconds anyway.</summary>
    public async ValueTask SendAsync(CancellationToken cancellationToken)
    {
        if (redis.IsConfigured)
        {
            await redis.For(Channel).TryAsync(database => database.PublishAsync(Channel, Message), cancellationToken);
        }
    }
}
