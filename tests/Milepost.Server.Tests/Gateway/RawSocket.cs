using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;
using Milepost.Server.Testing;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

/// <summary>A TCP connection and nothing else, for what no client library would send.</summary>
internal sealed class RawSocket : IDisposable
{
    private readonly TcpClient _tcp = new();
    private NetworkStream _stream = null!;

    public static async Task<RawSocket> OpenAsync(TestServer server)
    {
        var raw = new RawSocket();
        await raw._tcp.ConnectAsync(server.Address.Host, server.Address.Port).Soon();
        raw._stream = raw._tcp.GetStream();
        return raw;
    }

    /// <summary>A correct handshake, of which single lines can be replaced (null removes one).</summary>
    public static byte[] Handshake(string path, string? token, string method = "GET", params (string Name, string? Value)[] changes)
    {
        var headers = new Dictionary<string, string?>
        {
            ["Host"] = "localhost",
            ["Connection"] = "keep-alive, Upgrade",
            ["Upgrade"] = "websocket",
            ["Sec-WebSocket-Version"] = "13",
            ["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ==",
            ["Authorization"] = token is null ? null : $"Bearer {token}",
        };
        foreach (var (name, value) in changes)
        {
            headers[name] = value;
        }

        var lines = headers.Where(header => header.Value is not null).Select(header => $"{header.Key}: {header.Value}\r\n");
        return Encoding.ASCII.GetBytes($"{method} {path} HTTP/1.1\r\n{string.Concat(lines)}\r\n");
    }

    public Task SendAsync(params byte[][] parts) => _stream.WriteAsync(parts.SelectMany(part => part).ToArray()).AsTask().Soon();

    /// <summary>The answer's status line and headers.</summary>
    public async Task<string> HeadAsync()
    {
        var text = new StringBuilder();
        while (!text.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            text.Append((char)(await BytesAsync(1))[0]);
        }

        return text.ToString();
    }

    public async Task<byte[]> BytesAsync(int count)
    {
        var bytes = new byte[count];
        await _stream.ReadExactlyAsync(bytes).AsTask().Soon();
        return bytes;
    }

    /// <summary>The next WebSocket frame: opcode and payload.</summary>
    public async Task<(int Opcode, byte[] Payload)> FrameAsync()
    {
        var header = await BytesAsync(2);
        int length = header[1];
        if (length == 126)
        {
            length = BinaryPrimitives.ReadUInt16BigEndian(await BytesAsync(2));
        }

        return (header[0] & 0x0f, await BytesAsync(length));
    }

    public async Task<int> CloseCodeAsync()
    {
        while (true)
        {
            var (opcode, payload) = await FrameAsync();
            if (opcode == 8)
            {
                return BinaryPrimitives.ReadUInt16BigEndian(payload);
            }
        }
    }

    /// <summary>Whether the server has ended the connection and sent nothing more.</summary>
    public async Task<bool> IsEndedAsync()
    {
        try
        {
            return await _stream.ReadAsync(new byte[1]).Soon() == 0;
        }
        catch (IOException)
        {
            return true;
        }
    }

    public void Dispose() => _tcp.Dispose();
}
