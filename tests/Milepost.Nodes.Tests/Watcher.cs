using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using Milepost.Processes;
using Milepost.Protocol.Streams;

namespace Milepost.Nodes.Tests;

/// <summary>Reads a customer's stream over one transport, and keeps what the server said at the end.</summary>
internal sealed class Watcher(RawClient client, RawTransport transport, string name)
{
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private string _cursor = "earliest";
    private long _goal;

    public Ledger Ledger { get; } = new(name);

    /// <summary>The server asked to connect again. A long-poll between two requests is told by a refusal instead.</summary>
    public bool ToldToReconnect { get; private set; }

    public Task Reach(long offset)
    {
        Volatile.Write(ref _goal, offset);
        return _reached.Task;
    }

    /// <summary>Reads until the server ends it.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            do
            {
                await ReadAsync(long.MaxValue, cancellationToken);
            }
            while (transport == RawTransport.LongPoll && !ToldToReconnect);
        }
        catch (HttpRequestException refused) when (transport == RawTransport.LongPoll && (refused.StatusCode == HttpStatusCode.ServiceUnavailable || refused.InnerException is SocketException))
        {
            ToldToReconnect = true;
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or WebSocketException)
        {
            Ledger.Breach(failure.Message);
        }
    }

    /// <summary>Connects again and reads up to an offset.</summary>
    public async Task CatchUpAsync(long offset, CancellationToken cancellationToken)
    {
        while (Ledger.Last.GetValueOrDefault(StreamLabels.Notifications) < offset && Ledger.Breaches.IsEmpty)
        {
            await ReadAsync(offset, cancellationToken);
        }
    }

    private async Task ReadAsync(long until, CancellationToken cancellationToken)
    {
        await foreach (var frame in client.ReadAsync(transport, StreamLabels.Notifications, _cursor, cancellationToken))
        {
            ToldToReconnect |= frame.Type == FrameTypes.Reconnect;
            if (frame.Type is FrameTypes.Reset)
            {
                Ledger.Breach($"reset {frame.Code}");
            }

            if (frame.Offset is { } offset)
            {
                Ledger.Saw(frame.Stream!, offset, transport.ToString());
            }

            _cursor = frame.Cursor ?? _cursor;
            var last = Ledger.Last.GetValueOrDefault(StreamLabels.Notifications);
            if (last >= Volatile.Read(ref _goal) && last > 0)
            {
                _reached.TrySetResult();
            }

            if (last >= until)
            {
                return;
            }
        }
    }
}
