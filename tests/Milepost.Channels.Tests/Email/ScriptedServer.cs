using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Milepost.Channels.Tests.Email;

/// <summary>Says what no honest server says: one text for the connection and one for each line that it gets; behind the last it closes.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly string[] _texts;
    private Task _serving = Task.CompletedTask;

    private ScriptedServer(string[] texts) => _texts = texts;

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    public static ScriptedServer Start(params string[] texts)
    {
        var server = new ScriptedServer(texts);
        server._listener.Start();
        server._serving = server.ServeAsync();
        return server;
    }

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
                using var reader = new StreamReader(client.GetStream(), Encoding.Latin1);
                for (var index = 0; index < _texts.Length && (index == 0 || await reader.ReadLineAsync() is not null); index++)
                {
                    await client.GetStream().WriteAsync(Encoding.Latin1.GetBytes(_texts[index]));
                }
            }
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or InvalidOperationException or IOException)
        {
            // The test is over.
        }
    }
}
