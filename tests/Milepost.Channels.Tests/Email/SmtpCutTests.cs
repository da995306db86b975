using Milepost.Server.Channels;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>The connection is cut behind each byte of either direction; what the provider says is held against what the server has.</summary>
public sealed class SmtpCutTests
{
    [Fact]
    public async Task Wherever_the_way_to_the_server_breaks_the_answer_is_true()
    {
        await using var peer = await SmtpPeer.StartAsync();
        await using var cutter = new Cutter(peer.Port);
        (await RunAsync(peer, cutter, int.MaxValue, int.MaxValue)).ShouldBe(("Taken", true));
        var start = cutter.Sent.AsSpan().IndexOf("\r\nDATA\r\n"u8) + 8;
        var end = cutter.Sent.AsSpan().IndexOf("\r\n.\r\n"u8) + 5;

        for (var bytes = 1; bytes <= end; bytes++)
        {
            var run = await RunAsync(peer, cutter, bytes, int.MaxValue);
            if (bytes < end)
            {
                // Behind the end it may have it or not: a reset throws away what the server has not read yet.
                run.HasIt.ShouldBeFalse($"{bytes} of {end} bytes");
            }

            // In the text we can be ahead of what the server has: the rest was on its way, end and all, when the connection broke.
            string[] honest = bytes == end ? ["Unknown"] : bytes <= start ? ["Down"] : ["Down", "Unknown"];
            honest.ShouldContain(run.Answer, $"cut behind {bytes} bytes to the server; the text is {start} to {end}");
        }
    }

    [Fact]
    public async Task Wherever_the_way_back_breaks_the_answer_is_true()
    {
        await using var peer = await SmtpPeer.StartAsync();
        await using var cutter = new Cutter(peer.Port);
        (await RunAsync(peer, cutter, int.MaxValue, int.MaxValue)).ShouldBe(("Taken", true));
        var goOn = cutter.Said.AsSpan().IndexOf("\r\n354 "u8);
        var last = cutter.Said.AsSpan().IndexOf("\r\n250 2.0.0 Ok: queued"u8) + 2;
        var end = last + cutter.Said.AsSpan(last).IndexOf("\r\n"u8) + 2;

        for (var bytes = 1; bytes < end; bytes++)
        {
            var run = await RunAsync(peer, cutter, int.MaxValue, bytes);
            string[] honest = bytes <= goOn ? ["Down"] : bytes > last ? ["Unknown"] : ["Down", "Unknown"];
            honest.ShouldContain(run.Answer, $"cut behind {bytes} of {end} bytes from the server");
            if (run.HasIt || bytes > last)
            {
                (run.Answer, run.HasIt).ShouldBe(("Unknown", true), $"cut behind {bytes} of {end} bytes from the server");
            }
        }
    }

    private static async Task<(string Answer, bool HasIt)> RunAsync(SmtpPeer peer, Cutter cutter, int toServer, int toClient)
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
