using System.Net.Sockets;

namespace Milepost.Server.Outgoing;

/// <summary>
/// Makes every failure to connect an <see cref="HttpRequestException"/>. .NET 10 lets a bare <see cref="SocketException"/> through when the other side
/// resets a connection just after it was made: it asks the dead socket for its remote address.
/// </summary>
internal sealed class ResetConnections(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await base.SendAsync(request, cancellationToken);
        }
        catch (SocketException failure)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The connection was reset.", failure);
        }
    }
}
