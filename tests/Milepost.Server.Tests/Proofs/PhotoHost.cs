using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Milepost.Server.Tests.Proofs;

/// <summary>Where a shop keeps its photos: plain HTTP over a socket, so that it can also do what no server should.</summary>
internal sealed class PhotoHost : IAsyncDisposable
{
    public static readonly byte[] Jpeg = [0xff, 0xd8, 0xff, 0xe0, .. Enumerable.Range(0, 5000).Select(index => (byte)index)];
    public static readonly byte[] Png = [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0d, 0x0a, 0x1a, 0x0a, .. new byte[100]];
    public static readonly byte[] WebP = [.. "RIFF"u8, 1, 2, 3, 4, .. "WEBPVP8 "u8, .. new byte[100]];
    public static readonly byte[] Avif = [0, 0, 0, 32, .. "ftypmif1"u8, 0, 0, 0, 0, .. "mif1avif"u8, .. new byte[100]];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Task _serving;
    private readonly Func<string, NetworkStream, CancellationToken, Task> _answer;
    private int _requests;

    public PhotoHost(Func<string, NetworkStream, CancellationToken, Task> answer)
    {
        _answer = answer;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Requests => Volatile.Read(ref _requests);

    public string Address(string path) => $"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}{path}";

    public static async Task SendAsync(NetworkStream stream, string head, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes(head + "\r\nConnection: close\r\n\r\n"), cancellationToken);
        await stream.WriteAsync(body, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _serving;
        _end.Dispose();
    }

    private async Task ServeAsync()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                serving.Add(ServeAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
            }
        }
        catch (Exception failure) when (failure is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }

        await Task.WhenAll(serving);
    }

    private async Task ServeAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Interlocked.Increment(ref _requests);
                var stream = client.GetStream();
                using var reader = new StreamReader(stream, Encoding.ASCII, leaveOpen: true);
                var line = (await reader.ReadLineAsync(_end.Token))!;
                while (await reader.ReadLineAsync(_end.Token) is { Length: > 0 })
                {
                }

                await _answer(line.Split(' ')[1], stream, _end.Token);
            }
            catch (Exception failure) when (failure is IOException or OperationCanceledException)
            {
                // The other end has heard enough, or the test is over.
            }
        }
    }
}
