using Milepost.Client.Http;
using Milepost.Protocol;
using Milepost.Protocol.Streams;

namespace Milepost.Client.Realtime;

/// <summary>Credentials for connections that cannot send headers, such as a browser's <c>EventSource</c>.</summary>
public sealed class MilepostRealtime
{
    private readonly MilepostHttp _http;

    internal MilepostRealtime(MilepostHttp http) => _http = http;

    /// <summary>A ticket for one connection within 30 seconds, bound to this caller. <see cref="Streams.MilepostStreams"/> does not need it.</summary>
    public Task<TicketReply> TicketAsync(CancellationToken cancellationToken = default) =>
        _http.SendAsync(HttpMethod.Post, "realtime/tickets", content: null, ProtocolJson.Default.TicketReply, cancellationToken);
}
