using System.Collections.Concurrent;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Streams;

/// <summary>
/// Who listens to which stream on this node. Publishing hands a frame to each listener's queue and waits for nobody. A hint may be lost,
/// doubled or late: the subscriptions heal that from the log.
/// </summary>
public sealed class StreamHub
{
    // Listeners are an immutable array, swapped as a whole, so that publishing takes no lock.
    private readonly ConcurrentDictionary<StreamName, Subscription[]> _listeners = new();

    /// <summary>How many streams have a listener.</summary>
    public int StreamCount => _listeners.Count;

    public bool HasListeners(StreamName stream) => _listeners.ContainsKey(stream);

    /// <summary>Tells the listeners of one entry. Must be called in the order of the offsets where it can be.</summary>
    public void Publish(StreamName stream, StreamFrame frame)
    {
        if (_listeners.TryGetValue(stream, out var listeners))
        {
            foreach (var listener in listeners)
            {
                listener.Session.Offer(listener, frame);
            }
        }
    }

    internal void Add(Subscription subscription) => _listeners.AddOrUpdate(
        subscription.Stream,
        static (_, added) => [added],
        static (_, present, added) => [.. present, added],
        subscription);

    internal void Remove(Subscription subscription)
    {
        while (_listeners.TryGetValue(subscription.Stream, out var present))
        {
            var remaining = Array.FindAll(present, listener => listener != subscription);
            var changed = remaining.Length == 0
                ? _listeners.TryRemove(KeyValuePair.Create(subscription.Stream, present))
                : _listeners.TryUpdate(subscription.Stream, remaining, present);
            if (changed)
            {
                return;
            }
        }
    }
}
