using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Milepost.Server.Channels.Email;

/// <summary>
/// One connection to an SMTP server: lines out, replies in. Any failure is an <see cref="IOException"/>, a <see cref="SocketException"/>, an
/// <see cref="System.Security.Authentication.AuthenticationException"/> (TLS) or a cancellation, and ends the connection's use.
/// </summary>
internal sealed class SmtpConnection : IDisposable
{
    // RFC 5321, 4.5.3.1.5: 512 bytes; what is longer by far is no SMTP.
    private const int MaxLine = 4096;
    private const int MaxLines = 128;

    private readonly SmtpServer _server;
    private readonly byte[] _buffer = new byte[MaxLine];
    private Stream _stream;
    private int _start;
    private int _end;

    private SmtpConnection(SmtpServer server, Stream stream)
    {
        _server = server;
        _stream = stream;
    }

    /// <summary>What the server can do, by keyword in capitals, with the parameters behind it.</summary>
    public IReadOnlyDictionary<string, string> Offers { get; private set; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The final dot may have left: from here on the server may have the message.</summary>
    public bool HandedOver { get; private set; }

    /// <summary>How many messages it has carried.</summary>
    public int Messages { get; private set; }

    /// <summary>When it was put aside, as a timestamp of the clock.</summary>
    public long IdleSince { get; set; }

    public static async Task<SmtpConnection> ConnectAsync(SmtpServer server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(server.Host, server.Port, cancellationToken);
            var connection = new SmtpConnection(server, new NetworkStream(socket, ownsSocket: true));
            if (server.Tls == SmtpTls.Implicit)
            {
                await connection.SecureAsync(cancellationToken);
            }

            return connection;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Goes on in TLS.</summary>
    public async Task SecureAsync(CancellationToken cancellationToken)
    {
        // What was sent along in plain text behind the reply would be read as if it had come through TLS (CVE-2011-0411).
        if (_start != _end)
        {
            throw new IOException("the server went on in plain text behind STARTTLS");
        }

        var tls = new SslStream(_stream, leaveInnerStreamOpen: false);
        _stream = tls;
        await tls.AuthenticateAsClientAsync(TlsOptions(), cancellationToken);
    }

    /// <summary>Sends a line and reads the reply. The line is made by us: nothing in it can hold an end of line.</summary>
    public async Task<SmtpReply> CommandAsync(string line, CancellationToken cancellationToken)
    {
        if (line.AsSpan().ContainsAny('\r', '\n', '\0'))
        {
            throw new ArgumentException("a command is one line", nameof(line));
        }

        await _stream.WriteAsync(Encoding.UTF8.GetBytes(line + "\r\n"), cancellationToken);
        return await ReadAsync(cancellationToken);
    }

    /// <summary>Says EHLO and learns what the server offers; what it offered before TLS does not count any more.</summary>
    public async Task<SmtpReply> HelloAsync(string hostName, CancellationToken cancellationToken)
    {
        var reply = await CommandAsync($"EHLO {hostName}", cancellationToken);
        var offers = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var words in reply.Lines.Skip(1).Select(line => line.Split(' ', 2, StringSplitOptions.TrimEntries)))
        {
            offers[words[0].ToUpperInvariant()] = words.Length == 2 ? words[1].ToUpperInvariant() : "";
        }

        Offers = offers;
        return reply;
    }

    /// <summary>Sends the text of a message, without its end: the server cannot take what has none.</summary>
    /// <param name="stuffed">Lines that end with CRLF, dots at their beginning doubled.</param>
    /// <param name="cancellationToken">The limit of time.</param>
    public async Task SendTextAsync(ReadOnlyMemory<byte> stuffed, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(stuffed, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    /// <summary>Ends the message. From the first byte on it is the server that knows whether it has it.</summary>
    public async Task<SmtpReply> EndTextAsync(CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        HandedOver = true;
        var reply = await CommandAsync(".", cancellationToken);
        HandedOver = false;
        Messages++;
        return reply;
    }

    /// <exception cref="IOException">The connection ended, or what came is no reply.</exception>
    public async Task<SmtpReply> ReadAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        int? first = null;
        while (true)
        {
            if (!SmtpReply.TryLine(await ReadLineAsync(cancellationToken), out var code, out var more, out var rest) || (first ?? code) != code || lines.Count == MaxLines)
            {
                throw new IOException("what the server said is not SMTP");
            }

            first = code;
            lines.Add(rest);
            if (!more)
            {
                return SmtpReply.Of(code, lines);
            }
        }
    }

    /// <param name="polite">Says goodbye first, without waiting for an answer: nothing depends on it.</param>
    public void Close(bool polite)
    {
        try
        {
            if (polite)
            {
                _stream.Write("QUIT\r\n"u8);
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // The server was quicker.
        }
        finally
        {
            Dispose();
        }
    }

    public void Dispose() => _stream.Dispose();

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var searched = _start;
        while (true)
        {
            var end = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                var line = Encoding.UTF8.GetString(_buffer, _start, searched + end - _start).TrimEnd('\r');
                _start = searched + end + 1;
                return line;
            }

            if (_start > 0)
            {
                _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
                _end -= _start;
                _start = 0;
            }

            searched = _end;
            if (_end == _buffer.Length)
            {
                throw new IOException("the server's line has no end");
            }

            var count = await _stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (count == 0)
            {
                throw new IOException("the server closed the connection");
            }

            _end += count;
        }
    }

    private SslClientAuthenticationOptions TlsOptions()
    {
        var options = new SslClientAuthenticationOptions { TargetHost = _server.Host };
        if (_server.Tls == SmtpTls.Opportunistic)
        {
#pragma warning disable MA0039 // Opportunistic TLS looks at no certificate (RFC 7435, 4.3): the alternative that was allowed is plain text.
            options.RemoteCertificateValidationCallback = (_, _, _, _) => true;
#pragma warning restore MA0039
        }
        else if (_server.Authorities is { } authorities)
        {
            options.CertificateChainPolicy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            options.CertificateChainPolicy.CustomTrustStore.AddRange(authorities);
        }

        return options;
    }
}
