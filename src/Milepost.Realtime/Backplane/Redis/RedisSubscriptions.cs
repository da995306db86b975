using StackExchange.Redis;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// The channels of one <see cref="RedisConnection"/>, whichever connection of the library carries them just now. The library may find no server
/// for a subscription and says nothing of it; but it can be asked, and is.
/// </summary>
internal sealed class RedisSubscriptions(TimeProvider time)
{
    private const int Attempts = 20;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(25);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Action<byte[]>> _handlers = new(StringComparer.Ordinal);
    private ISubscriber? _subscriber;
    private volatile bool _inDoubt;

    /// <summary>Some may not be in force: <see cref="VerifyAsync"/> is due.</summary>
    public bool InDoubt => _inDoubt;

    public void Doubt() => _inDoubt = true;

    /// <inheritdoc cref="RedisConnection.SubscribeAsync"/>
    public Task AddAsync(string channel, Action<byte[]> received)
    {
        lock (_lock)
        {
            _handlers.Add(channel, received);
            return _subscriber is { } subscriber ? SubscribeAsync(subscriber, channel, received) : Task.CompletedTask;
        }
    }

    public Task RemoveAsync(string channel)
    {
        lock (_lock)
        {
            return _handlers.Remove(channel) && _subscriber is { } subscriber ? subscriber.UnsubscribeAsync(channel) : Task.CompletedTask;
        }
    }

    /// <summary>From now on they are carried by another connection; whether they are in force there is in doubt.</summary>
    public void MoveTo(ISubscriber next)
    {
        lock (_lock)
        {
            _subscriber = next;
            _inDoubt = true;
            foreach (var (channel, received) in _handlers)
            {
                _ = next.SubscribeAsync(channel, (_, message) => received(message!));
            }
        }
    }

    /// <summary>
    /// Subscribes what is missing. When the ping behind it is answered, every subscription that was asked for before is in force, unless
    /// <see cref="InDoubt"/> says otherwise.
    /// </summary>
    /// <param name="answerTime">How long to wait for each answer.</param>
    /// <exception cref="TimeoutException">Redis does not answer.</exception>
    public async Task VerifyAsync(TimeSpan answerTime)
    {
        ISubscriber subscriber;
        KeyValuePair<string, Action<byte[]>>[] handlers;
        lock (_lock)
        {
            _inDoubt = false;
            subscriber = _subscriber!;
            handlers = [.. _handlers];
        }

        foreach (var (channel, received) in handlers.Where(handler => subscriber.SubscribedEndpoint(handler.Key) is null))
        {
            await subscriber.UnsubscribeAsync(channel).WaitAsync(answerTime, time);
            _inDoubt |= !await TrySubscribeAsync(subscriber, channel, received).WaitAsync(answerTime, time);
        }

        await subscriber.PingAsync().WaitAsync(answerTime, time);
    }

    private async Task SubscribeAsync(ISubscriber subscriber, string channel, Action<byte[]> received)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            if (await TrySubscribeAsync(subscriber, channel, received))
            {
                return;
            }

            await Task.Delay(Pause, time);
        }

        // Seen to when a probe is back.
        _inDoubt = true;
    }

    /// <summary>False: the library found no server for it (in a cluster: one whose connection was just being made).</summary>
    private static async Task<bool> TrySubscribeAsync(ISubscriber subscriber, string channel, Action<byte[]> received)
    {
        await subscriber.SubscribeAsync(channel, (_, message) => received(message!));
        if (subscriber.SubscribedEndpoint(channel) is not null)
        {
            return true;
        }

        await subscriber.UnsubscribeAsync(channel);
        return false;
    }
}
