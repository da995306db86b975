using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Milepost.Testing.Servers;

/// <summary>The way that bytes go through a proxy.</summary>
public enum ProxyDirection
{
    ToServer,
    ToClient,
}

/// <summary>
/// A TCP proxy that can be a bad network: it holds one direction or both (a partition: bytes wait and arrive when it heals, as TCP would send
/// them again), delays, cuts connections, and shows each piece to the test before it goes on.
/// </summary>
public sealed class TcpProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly ConcurrentDictionary<Socket, Socket> _connections = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Gate[] _gates = [new(), new()];
    private Task _accepting = Task.CompletedTask;

    private TcpProxy(int target) => _target = target;

    public int Port { get; private set; }

    /// <summary>Awaited with each piece before it goes on; false cuts the connection instead. A piece is at most 64 KiB and follows no message boundary.</summary>
    public Func<ProxyDirection, ReadOnlyMemory<byte>, ValueTask<bool>> BeforeForward { get; set; } = (_, _) => ValueTask.FromResult(true);

    /// <summary>The ports from which this proxy's connections reach the server.</summary>
    public IReadOnlyCollection<int> ServerSidePorts => [.. _connections.Values.Select(server => server.LocalEndPoint).OfType<IPEndPoint>().Select(end => end.Port)];

    public static TcpProxy Start(int target)
    {
        var proxy = new TcpProxy(target);
        proxy._listener.Start();
        proxy.Port = ((IPEndPoint)proxy._listener.LocalEndpoint).Port;
        proxy._accepting = proxy.AcceptAsync();
        return proxy;
    }

    /// <summary>Nothing passes in this direction until <see cref="Heal"/>; connections stay open.</summary>
    public void Hold(ProxyDirection direction) => _gates[(int)direction].Close();

    /// <summary>A partition: nothing passes either way.</summary>
    public void Hold()
    {
        Hold(ProxyDirection.ToServer);
        Hold(ProxyDirection.ToClient);
    }

    public void Heal() => Array.ForEach(_gates, gate => gate.Open());

    /// <summary>Resets every connection.</summary>
    public void Cut()
    {
        foreach (var (client, server) in _connections)
        {
            Reset(client, server);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Heal();
        Cut();
        await _accepting;
        _stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        var running = new ConcurrentDictionary<Task, bool>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptSocketAsync(_stop.Token);
                var run = RunAsync(client);
                running.TryAdd(run, true);
                _ = run.ContinueWith(done => running.TryRemove(done, out bool _), TaskScheduler.Default);
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(running.Keys);
        }
    }

    private async Task RunAsync(Socket client)
    {
        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp);
        using (client)
        {
            try
            {
                client.NoDelay = server.NoDelay = true;
                await _gates[(int)ProxyDirection.ToServer].PassAsync(_stop.Token);
                await server.ConnectAsync(IPAddress.Loopback, _target, _stop.Token);
                _connections.TryAdd(client, server);
                await Task.WhenAll(PumpAsync(client, server, ProxyDirection.ToServer), PumpAsync(server, client, ProxyDirection.ToClient));
            }
            catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                Reset(client, server);
            }
            finally
            {
                _connections.TryRemove(client, out _);
            }
        }
    }

    private async Task PumpAsync(Socket from, Socket to, ProxyDirection direction)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var count)
            {
                await _gates[(int)direction].PassAsync(_stop.Token);
                if (!await BeforeForward(direction, buffer.AsMemory(0, count)))
                {
                    Reset(from, to);
                    return;
                }

                for (var sent = 0; sent < count;)
                {
                    sent += await to.SendAsync(buffer.AsMemory(sent, count - sent), _stop.Token);
                }
            }

            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception failure) when (failure is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            Reset(from, to);
        }
    }

    // Linger 0: the other end gets a reset, as from a machine that has gone.
    private static void Reset(Socket one, Socket two)
    {
        one.Close(0);
        two.Close(0);
    }

    private sealed class Gate
    {
        private volatile TaskCompletionSource? _closed;

        public void Close() => _closed ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        public void Open()
        {
            var closed = _closed;
            _closed = null;
            closed?.TrySetResult();
        }

        public async ValueTask PassAsync(CancellationToken cancellationToken)
        {
            while (_closed is { } closed)
            {
                await closed.Task.WaitAsync(cancellationToken);
            }
        }
    }
}
