using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>The connection is cut behind each byte on the way to the server; what the provider says is held against what the server has.</summary>
public sealed class SmtpCutThereTests
{
    [Fact]
    public async Task Wherever_the_way_to_the_server_breaks_the_answer_is_true()
    {
        await using var peer = await SmtpPeer.StartAsync();
        await using var cutter = new Cutter(peer.Port);
        (await CutRun.SendAsync(peer, cutter, int.MaxValue, int.MaxValue)).ShouldBe(("Taken", true));
        var start = cutter.Sent.AsSpan().IndexOf("\r\nDATA\r\n"u8) + 8;
        var end = cutter.Sent.AsSpan().IndexOf("\r\n.\r\n"u8) + 5;

        for (var bytes = 1; bytes <= end; bytes++)
        {
            var run = await CutRun.SendAsync(peer, cutter, bytes, int.MaxValue);
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
}
