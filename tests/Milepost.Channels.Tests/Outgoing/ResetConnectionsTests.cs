using System.Net.Sockets;
using Milepost.Server.Outgoing;

namespace Milepost.Channels.Tests.Outgoing;

public sealed class ResetConnectionsTests
{
    [Fact]
    public async Task A_bare_socket_error_is_a_failure_of_the_request()
    {
        using var http = new HttpClient(new ResetConnections(new Dead(new SocketException((int)SocketError.NotConnected))));
        var thrown = await Should.ThrowAsync<HttpRequestException>(() => http.GetAsync(new Uri("http://hooks.shop.example/"), TestContext.Current.CancellationToken));
        thrown.HttpRequestError.ShouldBe(HttpRequestError.ConnectionError);
        thrown.InnerException.ShouldBeOfType<SocketException>();
    }

    [Fact]
    public async Task Another_error_passes_as_it_is()
    {
        using var http = new HttpClient(new ResetConnections(new Dead(new InvalidDataException("no"))));
        await Should.ThrowAsync<InvalidDataException>(() => http.GetAsync(new Uri("http://hooks.shop.example/"), TestContext.Current.CancellationToken));
    }

    /// <summary>Fails as .NET does when the connection dies between being made and being used, which no server can time.</summary>
    private sealed class Dead(Exception failure) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromException<HttpResponseMessage>(failure);
    }
}
