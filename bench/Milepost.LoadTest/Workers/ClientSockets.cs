using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Milepost.LoadTest.Workers;

/// <summary>
/// The TCP connections of one client process, so that they can be reset all at once. A connection is told apart by its addresses and
/// ports, and one address has only some 28,000 ports: each process connects from a loopback address of its own when the server is on
/// this machine.
/// </summary>
internal sealed class ClientSockets(int process)
{
    private readonly ConcurrentDictionary<Socket, byte> _open = new();

    public SocketsHttpHandler Handler() => new()
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        ConnectCallback = (context, cancellationToken) => ConnectAsync(context.DnsEndPoint, cancellationToken),
    };

    /// <summary>Ends all that are open now without a goodbye (RST); how many that were.</summary>
    public int ResetAll()
    {
        // Those that come back while we are at it are not among them.
        var open = _open.Keys.ToArray();
        foreach (var socket in open)
        {
            try
            {
                socket.LingerState = new LingerOption(enable: true, seconds: 0);
            }
            catch (Exception cause) when (cause is SocketException or ObjectDisposedException)
            {
                // It ended by itself in between.
            }

            socket.Dispose();
        }

        return open.Length;
    }

    private async ValueTask<Stream> ConnectAsync(DnsEndPoint target, CancellationToken cancellationToken)
    {
        var local = target.Host == "localhost" || (IPAddress.TryParse(target.Host, out var address) && IPAddress.Loopback.Equals(address));
        var socket = local
            ? new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true }
            : new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (local && OperatingSystem.IsLinux())
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, (byte)(process / 200), (byte)(2 + (process % 200))]), 0));
            }

            await socket.ConnectAsync(local ? new IPEndPoint(IPAddress.Loopback, target.Port) : target, cancellationToken);
            _open[socket] = 0;
            return new Tracked(socket, _open);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private sealed class Tracked(Socket socket, ConcurrentDictionary<Socket, byte> open) : NetworkStream(socket, ownsSocket: true)
    {
        protected override void Dispose(bool disposing)
        {
            open.TryRemove(Socket, out _);
            base.Dispose(disposing);
        }
    }
}
