using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// Keeps the channels of one connection as they have to be: subscribed while somebody here listens to the stream, and for a moment longer, since
/// most who leave are back soon (another page, a flaky network, a reconnect). A change only marks the stream; the loop then looks who listens
/// now, so that a quick leaving and coming back cannot end in the wrong order.
/// </summary>
internal sealed class StreamChannels(RedisConnection connection, Func<long> epoch, TimeProvider time, Action<StreamName, byte[]> received)
{
    private static readonly TimeSpan ConfirmationTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Linger = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Pass = TimeSpan.FromSeconds(1);

    private readonly StreamsToLookAt _changed = new();
    private readonly HashSet<StreamName> _subscribed = [];

    /// <summary>Subscribed streams without a listener, and since when (monotonic).</summary>
    private readonly Dictionary<StreamName, long> _leaving = [];

    public void Changed(StreamName stream) => _changed.Add(stream);

    public async Task RunAsync(IHintReceiver receiver, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await WaitAsync(cancellationToken);
                await RunOnceAsync(receiver);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; the connection's end is the end of its channels.
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        var changed = _changed.WhenAny();
        if (_leaving.Count == 0)
        {
            await changed.WaitAsync(cancellationToken);
            return;
        }

        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(changed, Task.Delay(Pass, time, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }

    private async Task RunOnceAsync(IHintReceiver receiver)
    {
        var added = new List<StreamName>();
        var confirmations = new List<Task>();
        foreach (var stream in _changed.Take())
        {
            if (!receiver.HasListeners(stream))
            {
                if (_subscribed.Contains(stream))
                {
                    _leaving.TryAdd(stream, time.GetTimestamp());
                }
            }
            else if (!_leaving.Remove(stream) && _subscribed.Add(stream))
            {
                added.Add(stream);
                confirmations.Add(connection.SubscribeAsync(HintMessage.Channel(epoch(), stream), message => received(stream, message)));
            }
        }

        confirmations.AddRange(Leave(receiver));
        try
        {
            await Task.WhenAll(confirmations).WaitAsync(ConfirmationTime, time);
        }
        catch (Exception failure) when (RedisConnection.IsOutage(failure))
        {
            // The connection keeps what is subscribed and says when it is in force.
        }

        // What was committed elsewhere before now, but behind the session's first look, came by no hint.
        added.ForEach(receiver.Doubt);
    }

    private IEnumerable<Task> Leave(IHintReceiver receiver)
    {
        foreach (var (stream, _) in _leaving.Where(leaving => time.GetElapsedTime(leaving.Value) >= Linger).ToList())
        {
            _leaving.Remove(stream);
            if (!receiver.HasListeners(stream))
            {
                _subscribed.Remove(stream);
                yield return connection.UnsubscribeAsync(HintMessage.Channel(epoch(), stream));
            }
        }
    }
}
