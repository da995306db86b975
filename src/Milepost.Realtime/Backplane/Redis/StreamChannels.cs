using Milepost.Protocol.Streams;
using Milepost.Realtime.Streams;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// Keeps the channels of one connection as they have to be: subscribed while somebody here listens to the stream. A change only marks the
/// stream; the loop then looks who listens now, so that a quick leaving and coming back cannot end in the wrong order.
/// </summary>
internal sealed class StreamChannels(RedisConnection connection, Func<long> epoch, TimeProvider time, Action<StreamName, byte[]> received)
{
    private static readonly TimeSpan ConfirmationTime = TimeSpan.FromSeconds(1);

    private readonly StreamsToLookAt _changed = new();
    private readonly HashSet<StreamName> _subscribed = [];

    public void Changed(StreamName stream) => _changed.Add(stream);

    public async Task RunAsync(IHintReceiver receiver, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                await _changed.WhenAny().WaitAsync(cancellationToken);
                await RunOnceAsync(receiver);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The server stops; the connection's end is the end of its channels.
        }
    }

    private async Task RunOnceAsync(IHintReceiver receiver)
    {
        var added = new List<StreamName>();
        var confirmations = new List<Task>();
        foreach (var stream in _changed.Take())
        {
            var channel = HintMessage.Channel(epoch(), stream);
            var wanted = receiver.HasListeners(stream);
            if (wanted && _subscribed.Add(stream))
            {
                added.Add(stream);
                confirmations.Add(connection.SubscribeAsync(channel, message => received(stream, message)));
            }
            else if (!wanted && _subscribed.Remove(stream))
            {
                // Waited for as well: in a cluster, leaving and coming back soon after may travel over two connections and arrive in the wrong order.
                confirmations.Add(connection.UnsubscribeAsync(channel));
            }
        }

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
}
