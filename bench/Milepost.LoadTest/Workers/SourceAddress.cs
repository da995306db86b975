using System.Net;
using System.Net.Sockets;

namespace Milepost.LoadTest.Workers;

/// <summary>
/// A connection is told apart by its addresses and ports, and one address has only some 28,000 ports: each process connects from a
/// loopback address of its own when the server is on this machine.
/// </summary>
internal static class SourceAddress
{
    public static SocketsHttpHandler Handler(Uri url, int process) => new()
    {
        UseCookies = false,
        UseProxy = false,
        AllowAutoRedirect = false,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        ConnectCallback = url.IsLoopback ? (context, cancellationToken) => FromAsync(process, context.DnsEndPoint.Port, cancellationToken) : null,
    };

    private static async ValueTask<Stream> FromAsync(int process, int port, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (OperatingSystem.IsLinux())
            {
                socket.Bind(new IPEndPoint(new IPAddress([127, 0, (byte)(process / 200), (byte)(2 + (process % 200))]), 0));
            }

            await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, port), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
