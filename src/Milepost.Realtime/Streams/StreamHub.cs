using System.Collections.Concurrent;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Backplane;
using Milepost.Realtime.Sessions;

namespace Milepost.Realtime.Streams;

/// <summary>
/// Who listens to which stream on this node. Publishing hands a frame to each listener's queue and waits for nobody. A hint may be lost,
/// doubled or late: the subscriptions heal that from the log.
/// </summary>
public sealed class StreamHub : IHintReceiver
{
    // Listeners are an immutable array, swapped as a whole, so that publishing takes no lock.
    private readonly ConcurrentDictionary<StreamName, Subscription[]> _listeners = new();
    private readonly IBackplane _backplane;

    public StreamHub(IBackplane backplane)
    {
        _backplane = backplane;
        backplane.Attach(this);
    }

    /// <summary>How many streams have a listener.</summary>
    public int StreamCount => _listeners.Count;

    public IEnumerable<StreamName> Streams => _listeners.Select(static pair => pair.Key);

    /// <summary>Streams of which a hint may have been missed.</summary>
    internal StreamsToLookAt Doubted { get; } = new();

    /// <summary>Whether publishing to this stream can reach anybody, here or on another node.</summary>
    public bool IsHeard(StreamName stream) => HasListeners(stream) || _backplane.HasPeers;

    public bool HasListeners(StreamName stream) => _listeners.ContainsKey(stream);

    /// <summary>Tells the listeners here, and the other nodes, of one entry. Must be called in the order of the offsets where it can be.</summary>
    public void Publish(StreamName stream, StreamFrame frame)
    {
        Receive(stream, frame);
        _backplane.Publish(stream, frame);
    }

    public void Receive(StreamName stream, StreamFrame frame)
    {
        if (_listeners.TryGetValue(stream, out var listeners))
        {
            foreach (var listener in listeners)
            {
                listener.Session.Offer(listener, frame);
            }
        }
    }

    /// <summary>Shows something to who listens now, here and on the other nodes.</summary>
    public void Publish(StreamName stream, LiveFrame frame)
    {
        Receive(stream, frame);
        _backplane.Publish(stream, frame);
    }

    public void Receive(StreamName stream, LiveFrame frame)
    {
        if (_listeners.TryGetValue(stream, out var listeners))
        {
            foreach (var listener in listeners)
            {
                listener.Session.Offer(listener, frame);
            }
        }
    }

    public void Receive(StreamName stream, long offset) => OfferHead(stream, offset);

    public void Doubt(StreamName stream) => Doubted.Add(stream);

    /// <summary>Tells the listeners where the stream stands. True: one of them did not know.</summary>
    internal bool OfferHead(StreamName stream, long head)
    {
        var news = false;
        if (_listeners.TryGetValue(stream, out var listeners))
        {
            foreach (var listener in listeners)
            {
                news |= listener.Session.OfferHead(listener, head);
            }
        }

        return news;
    }

    internal void Add(Subscription subscription)
    {
        var listeners = _listeners.AddOrUpdate(
            subscription.Stream,
            static (_, added) => [added],
            static (_, present, added) => [.. present, added],
            subscription);
        if (listeners.Length == 1)
        {
            _backplane.InterestChanged(subscription.Stream);
        }
    }

    internal void Remove(Subscription subscription)
    {
        while (_listeners.TryGetValue(subscription.Stream, out var present))
        {
            var remaining = Array.FindAll(present, listener => listener != subscription);
            var changed = remaining.Length == 0
                ? _listeners.TryRemove(KeyValuePair.Create(subscription.Stream, present))
                : _listeners.TryUpdate(subscription.Stream, remaining, present);
            if (!changed)
            {
                continue;
            }

            if (remaining.Length == 0)
            {
                _backplane.InterestChanged(subscription.Stream);
            }

            return;
        }
    }
}
