using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Milepost.Testing.Servers;

/// <summary>
/// A port of the loopback address that nobody listens on, for a server that is started later, or started again. It lies below the ports that
/// the system gives to connections going out: from among those, any connection of any program could take it before the server does.
/// </summary>
public static class FreePort
{
    private const int First = 10_240;
    private static readonly Lock Gate = new();
    private static readonly int Limit = FirstOutgoing();

    // A locked file for each port given: test processes beside each other do not choose the same, and the system unlocks them when a process dies.
    private static readonly string Locks = Directory.CreateDirectory(Path.Combine(Path.GetTempPath(), "milepost-ports-" + Environment.UserName)).FullName;
    private static readonly List<FileStream> Given = [];
    private static int _next = First;

    public static int Take()
    {
        lock (Gate)
        {
            for (var tried = First; tried < Limit; tried++)
            {
                var port = _next;
                _next = port + 1 < Limit ? port + 1 : First;
                if (Reserve(port) is { } reserved)
                {
                    Given.Add(reserved);
                    return port;
                }
            }

            throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture, $"no port from {First} to {Limit - 1} is free"));
        }
    }

    private static FileStream? Reserve(int port)
    {
        FileStream? reserved = null;
        try
        {
            reserved = new FileStream(Path.Combine(Locks, port.ToString(CultureInfo.InvariantCulture)), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return reserved;
        }
        catch (Exception taken) when (taken is IOException or SocketException)
        {
            reserved?.Dispose();
            return null;
        }
    }

    private static int FirstOutgoing()
    {
        var range = File.ReadAllText("/proc/sys/net/ipv4/ip_local_port_range").Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        return int.Parse(range[0], CultureInfo.InvariantCulture) is var first and > First ? first : throw new InvalidOperationException("the system gives away all ports");
    }
}
