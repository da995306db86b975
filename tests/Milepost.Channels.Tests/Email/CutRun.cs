using Milepost.Server.Channels;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>One mail over a connection that is cut.</summary>
internal static class CutRun
{
    /// <summary>What the provider says, and whether the server has the mail.</summary>
    public static async Task<(string Answer, bool HasIt)> SendAsync(SmtpPeer peer, Cutter cutter, int toServer, int toClient)
    {
        cutter.Limit(toServer, toClient);
        var before = peer.Messages.Count;
        SendAnswer answer;
        using (var provider = Mails.Provider(Mails.Options($"smtp://127.0.0.1:{Mails.Text(cutter.Port)}?tls=off")))
        {
            answer = await provider.SendAsync(Mails.To("ada@example.org", text: "Hi."), CancellationToken.None);
        }

        await peer.ClosedAsync(await peer.ConnectedAsync());
        return (answer.GetType().Name, peer.Messages.Count > before);
    }
}
