using Milepost.Realtime.Transports;

namespace Milepost.Realtime.Tests.Transports;

public sealed class WebSocketHandshakeTests
{
    [Fact]
    public void The_example_of_rfc_6455_gives_its_answer() =>
        WebSocketHandshake.Accept("dGhlIHNhbXBsZSBub25jZQ==").ShouldBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}
