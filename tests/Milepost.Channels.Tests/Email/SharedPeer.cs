using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>One server for all tests of a class.</summary>
public sealed class SharedPeer : IAsyncLifetime
{
    public SmtpPeer Peer { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Peer = await SmtpPeer.StartAsync();

    public ValueTask DisposeAsync() => Peer.DisposeAsync();
}
