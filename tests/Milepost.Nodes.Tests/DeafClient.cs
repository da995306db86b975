using System.Net.Sockets;
using System.Text;
using Milepost.Testing;

namespace Milepost.Nodes.Tests;

/// <summary>A connection that asks for everything and reads nothing.</summary>
internal sealed class DeafClient : IDisposable
{
    private readonly Socket _socket;

    private DeafClient(Socket socket) => _socket = socket;

    public static async Task<DeafClient> ConnectAsync(Uri address, string token, CancellationToken cancellationToken)
    {
        // A small window, set before connecting, so that little is enough to fill it.
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 4096 };
        await socket.ConnectAsync(address.Host, address.Port, cancellationToken);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"GET /api/v1/sse?streams=notifications&since=earliest HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Bearer {token}\r\n\r\n"), cancellationToken);
        return new DeafClient(socket);
    }

    /// <summary>Waits until what has arrived here does not grow any more: the sender waits for us.</summary>
    public async Task StuckAsync(CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(Deadline.Default);
        for (var (before, same) = (0, 0); same < 10; await Task.Delay(50, deadline.Token))
        {
            same = _socket.Available > 0 && _socket.Available == before ? same + 1 : 0;
            before = _socket.Available;
        }
    }

    public void Dispose() => _socket.Dispose();
}
