using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Milepost.Realtime.Transports;

/// <summary>
/// Lets an endpoint take a connection away from HTTP once the handshake is answered. Kestrel parses, routes and authorises the request as
/// any other; behind the 101 answer the request, its headers, features and services are let go, and only the bare transport stays. An
/// idle WebSocket then costs a fraction of what a parked HttpContext costs (docs/benchmarks.md).
///
/// Installed as connection middleware behind TLS. It shows HTTP a transport of which it keeps the real ends, and a heartbeat feature
/// whose subscribers it can forget.
/// </summary>
public sealed class ConnectionTakeover
{
    private readonly HeldReader _input;
    private readonly HeldWriter _output;
    private readonly HeldHeartbeat _heartbeat;
    private readonly ConnectionContext _connection;
    private Func<IDuplexPipe, Action, Task>? _then;

    private ConnectionTakeover(ConnectionContext connection)
    {
        _connection = connection;
        _input = new HeldReader(connection.Transport.Input);
        _output = new HeldWriter(connection.Transport.Output);
        _heartbeat = new HeldHeartbeat(connection.Features.Get<IConnectionHeartbeatFeature>());
    }

    /// <summary>The connection middleware.</summary>
    public static ConnectionDelegate Middleware(ConnectionDelegate next) => async connection =>
    {
        var takeover = new ConnectionTakeover(connection);
        var transport = connection.Transport;
        connection.Transport = new HeldTransport(takeover._input, takeover._output);
        connection.Features.Set(takeover);
        connection.Features.Set<IConnectionHeartbeatFeature>(takeover._heartbeat);
        await next(connection);

        // From here on nothing may hold on to what HTTP made for this connection.
        var then = takeover._then;
        connection.Transport = transport;
        connection.Features.Set<ConnectionTakeover>(null);
        takeover._heartbeat.Forget();
        takeover = null;
        if (then is not null)
        {
            await then(transport, connection.Abort);
        }
        else
        {
            await transport.Input.CompleteAsync();
            await transport.Output.CompleteAsync();
        }
    };

    /// <summary>
    /// Takes the connection: when the endpoint has returned, <paramref name="then"/> runs with the bare transport until the connection ends.
    /// It must not capture the HttpContext.
    /// </summary>
    /// <param name="then">Gets the transport and an action that cuts the connection at once.</param>
    public void Take(Func<IDuplexPipe, Action, Task> then)
    {
        _then = then;
        _input.Taken = true;
        _output.Taken = true;
    }

    private sealed record HeldTransport(PipeReader Input, PipeWriter Output) : IDuplexPipe;

    /// <summary>Forwards the heartbeat until it is told to forget who wanted it.</summary>
    private sealed class HeldHeartbeat(IConnectionHeartbeatFeature? inner) : IConnectionHeartbeatFeature
    {
        private (Action<object> Action, object State)[] _subscribers = [];
        private bool _attached;

        public void OnHeartbeat(Action<object> action, object state)
        {
            _subscribers = [.. _subscribers, (action, state)];
            if (!_attached)
            {
                _attached = true;
                inner?.OnHeartbeat(static held => ((HeldHeartbeat)held).Beat(), this);
            }
        }

        public void Forget() => _subscribers = [];

        private void Beat()
        {
            foreach (var (action, state) in _subscribers)
            {
                action(state);
            }
        }
    }

    /// <summary>A reader that HTTP cannot complete once the connection is taken.</summary>
    private sealed class HeldReader(PipeReader inner) : PipeReader
    {
        public bool Taken { get; set; }

        public override void AdvanceTo(SequencePosition consumed) => inner.AdvanceTo(consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined) => inner.AdvanceTo(consumed, examined);

        public override void CancelPendingRead()
        {
            if (!Taken)
            {
                inner.CancelPendingRead();
            }
        }

        public override void Complete(Exception? exception = null)
        {
            if (!Taken)
            {
                inner.Complete(exception);
            }
        }

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) => inner.ReadAsync(cancellationToken);

        public override bool TryRead(out ReadResult result) => inner.TryRead(out result);
    }

    /// <summary>A writer that HTTP cannot complete once the connection is taken.</summary>
    private sealed class HeldWriter(PipeWriter inner) : PipeWriter
    {
        public bool Taken { get; set; }

        public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

        public override long UnflushedBytes => inner.UnflushedBytes;

        public override void Advance(int bytes) => inner.Advance(bytes);

        public override void CancelPendingFlush() => inner.CancelPendingFlush();

        public override void Complete(Exception? exception = null)
        {
            if (!Taken)
            {
                inner.Complete(exception);
            }
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => inner.FlushAsync(cancellationToken);

        public override Memory<byte> GetMemory(int sizeHint = 0) => inner.GetMemory(sizeHint);

        public override Span<byte> GetSpan(int sizeHint = 0) => inner.GetSpan(sizeHint);
    }
}
