using System.Net;
using System.Net.Sockets;

namespace Milepost.Channels.Tests.Email;

/// <summary>
/// Lets so many bytes of a connection pass in each direction; with the last of them it closes both ways. What has passed arrives, and nothing passes
/// the other way behind it.
/// </summary>
internal sealed class Cutter : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _target;
    private readonly Task _serving;
    private int _toServer;
    private int _toClient;

    public Cutter(int target)
    {
        _target = target;
        _listener.Start();
        _serving = ServeAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>What has passed on the last connection, to the server.</summary>
    public byte[] Sent { get; private set; } = [];

    /// <summary>What has passed on the last connection, to the client.</summary>
    public byte[] Said { get; private set; } = [];

    public void Limit(int toServer, int toClient) => (_toServer, _toClient) = (toServer, toClient);

    public async ValueTask DisposeAsync()
    {
        _listener.Stop();
        await _serving;
    }

    private async Task ServeAsync()
    {
        try
        {
            while (true)
            {
                using var client = await _listener.AcceptTcpClientAsync();
                using var server = new TcpClient { NoDelay = true };
                client.NoDelay = true;
                await server.ConnectAsync(IPAddress.Loopback, _target);
                using var run = new Run(isOver: _toServer == 0 || _toClient == 0);
                var sent = run.PumpAsync(client, server, _toServer);
                var said = run.PumpAsync(server, client, _toClient);
                await Task.WhenAny(sent, said);
                Close(server);
                Close(client);
                (Sent, Said) = (await sent, await said);
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            // The test is over: the listener has been stopped.
        }
    }

    private static void Close(TcpClient socket)
    {
        if (socket.Connected)
        {
            socket.Client.Shutdown(SocketShutdown.Both);
        }
    }

    private sealed class Run(bool isOver) : IDisposable
    {
        private readonly SemaphoreSlim _turn = new(1);
        private bool _isOver = isOver;

        public async Task<byte[]> PumpAsync(TcpClient from, TcpClient to, int limit)
        {
            var passed = new List<byte>();
            var buffer = new byte[16 * 1024];
            try
            {
                while (!_isOver && await from.GetStream().ReadAsync(buffer) is > 0 and var count)
                {
                    await _turn.WaitAsync();
                    try
                    {
                        if (_isOver)
                        {
                            break;
                        }

                        var take = Math.Min(count, limit - passed.Count);
                        _isOver = passed.Count + take == limit;
                        await to.GetStream().WriteAsync(buffer.AsMemory(0, take));
                        passed.AddRange(buffer[..take]);
                    }
                    finally
                    {
                        _turn.Release();
                    }
                }
            }
            catch (Exception failure) when (failure is IOException or InvalidOperationException)
            {
                // The other end is gone already.
            }

            return [.. passed];
        }

        public void Dispose() => _turn.Dispose();
    }
}
