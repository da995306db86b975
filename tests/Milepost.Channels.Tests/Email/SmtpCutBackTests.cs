using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>The connection is cut behind each byte on the way back from the server; what the provider says is held against what the server has.</summary>
public sealed class SmtpCutBackTests
{
    [Fact]
    public async Task Wherever_the_way_back_breaks_the_answer_is_true()
    {
        await using var peer = await SmtpPeer.StartAsync();
        await using var cutter = new Cutter(peer.Port);
        (await CutRun.SendAsync(peer, cutter, int.MaxValue, int.MaxValue)).ShouldBe(("Taken", true));
        var goOn = cutter.Said.AsSpan().IndexOf("\r\n354 "u8);
        var last = cutter.Said.AsSpan().IndexOf("\r\n250 2.0.0 Ok: queued"u8) + 2;
        var end = last + cutter.Said.AsSpan(last).IndexOf("\r\n"u8) + 2;

        for (var bytes = 1; bytes < end; bytes++)
        {
            var run = await CutRun.SendAsync(peer, cutter, int.MaxValue, bytes);
            string[] honest = bytes <= goOn ? ["Down"] : bytes > last ? ["Unknown"] : ["Down", "Unknown"];
            honest.ShouldContain(run.Answer, $"cut behind {bytes} of {end} bytes from the server");
            if (run.HasIt || bytes > last)
            {
                (run.Answer, run.HasIt).ShouldBe(("Unknown", true), $"cut behind {bytes} of {end} bytes from the server");
            }
        }
    }
}
