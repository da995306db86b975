using Milepost.Client.Http;

namespace Milepost.Client.Streams;

/// <summary>The addresses of the three transports.</summary>
internal static class StreamAddress
{
    // Servers and proxies take request lines of about 8 KiB; a longer cursor travels in a header or a frame where it can.
    private const int LongestQuery = 6000;

    /// <summary>Null: too long for an address; subscribe by a frame.</summary>
    public static string? WebSocket(IReadOnlyList<string> streams, string? since)
    {
        var path = new Query("/ws").Add("streams", string.Join(',', streams)).Add("since", since).ToString();
        return path.Length <= LongestQuery ? path : null;
    }

    public static string ServerSentEvents(IReadOnlyList<string> streams) => new Query("/api/v1/sse").Add("streams", string.Join(',', streams)).ToString();

    public static string LongPoll(IReadOnlyList<string> streams, string? since) =>
        new Query("/api/v1/poll").Add("streams", string.Join(',', streams)).Add("since", since).ToString();
}
