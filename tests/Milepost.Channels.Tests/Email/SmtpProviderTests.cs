using System.Collections.Concurrent;
using Milepost.Core.Tenants;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Email;
using Milepost.Testing;
using Milepost.Testing.Servers;

namespace Milepost.Channels.Tests.Email;

/// <summary>The provider against a server that other people wrote.</summary>
public sealed class SmtpProviderTests : IClassFixture<SharedPeer>
{
    private readonly SmtpPeer _peer;

    // The server tells of a message in a line of its own, which may come behind its answer: a test waits for what it has sent, so that the next finds nothing.
    public SmtpProviderTests(SharedPeer shared)
    {
        _peer = shared.Peer;
        _peer.Forget();
    }

    [Fact]
    public async Task What_the_server_takes_is_taken_with_its_name_for_it()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));

        var answer = await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None);

        answer.ShouldBe(new SendAnswer.Taken("250 2.0.0 Ok: queued as 4WxYz12AbC", "4WxYz12AbC"));
        var message = (await peer.MessagesAsync(1)).Single();
        (message.From, message.To, message.Hello, message.User).ShouldBe(("no-reply@shop.example", "ada@example.org", "worker.shop.example", null));
        System.Text.Encoding.ASCII.GetString(message.Raw).ShouldEndWith("\r\nYour order is there.\r\n");
        provider.IsDown.ShouldBeFalse();
    }

    [Theory]
    [InlineData("mail-451-4.3.0-busy", "Later", "451 4.3.0 busy")]
    [InlineData("mail-550-5.7.1-not-yours", "Refused", "550 5.7.1 not yours")]
    [InlineData("mail-530-5.7.0-authenticate-first", "Down", "530 5.7.0 authenticate first")]
    public async Task What_is_refused_to_the_sender_is_classed(string from, string expected, string text)
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        var answer = await provider.SendAsync(Mails.To("ada@example.org") with { Brand = new TenantBrand { FromEmail = $"{from}@shop.example" } }, CancellationToken.None);
        (answer.GetType().Name, TextOf(answer)).ShouldBe((expected, expected == "Down" ? $"{provider.Name}: {text}" : text));
        peer.Messages.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("rcpt-450-4.2.0-greylisted", "Later")]
    [InlineData("rcpt-451-4.7.1-try-again", "Later")]
    [InlineData("rcpt-452-4.2.2-mailbox-full", "Later")]
    [InlineData("rcpt-550-5.1.1-no-such-user-here", "AddressDead")]
    [InlineData("rcpt-550-no-such-user-here", "AddressDead")]
    [InlineData("rcpt-550-blocked-by-policy", "Refused")]
    [InlineData("rcpt-554-5.7.1-relay-denied", "Refused")]
    [InlineData("end-451-4.3.0-scanner-away", "Later")]
    [InlineData("end-552-5.3.4-too-large", "Refused")]
    [InlineData("end-554-5.7.1-spam", "Refused")]
    [InlineData("end-550-5.1.1-no-such-user", "AddressDead")]
    [InlineData("end-421-4.3.2-going-down", "Down")]
    public async Task What_is_refused_later_is_classed_and_the_connection_goes_on_with_the_next(string to, string expected)
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        (await provider.SendAsync(Mails.To($"{to}@example.org"), CancellationToken.None)).GetType().Name.ShouldBe(expected);
        peer.Messages.ShouldBeEmpty();
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        await peer.MessagesAsync(1);
    }

    [Fact]
    public async Task A_server_that_takes_a_message_and_hangs_leaves_it_unknown()
    {
        var peer = _peer;
        var clock = new FakeClock();
        using var provider = Mails.Provider(Mails.Options(peer.Server()), clock);
        var sending = provider.SendAsync(Mails.To("hold-end@example.org"), CancellationToken.None);
        await peer.ArrivedAsync();
        clock.Advance(TimeSpan.FromSeconds(15));
        (await sending.Soon()).ShouldBeOfType<SendAnswer.Unknown>().Reason.ShouldContain("did not answer: the time was over");
    }

    [Fact]
    public async Task A_caller_that_gives_up_behind_the_final_dot_is_told_that_nothing_is_known()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        using var hurry = new CancellationTokenSource();
        var sending = provider.SendAsync(Mails.To("hold-end@example.org"), hurry.Token);
        await peer.ArrivedAsync();
        await hurry.CancelAsync();
        (await sending.Soon()).ShouldBeOfType<SendAnswer.Unknown>();
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        await peer.ArrivedAsync();
    }

    [Fact]
    public async Task A_server_that_takes_a_message_and_closes_leaves_it_unknown()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        (await provider.SendAsync(Mails.To("close-end@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Unknown>();
        await peer.ArrivedAsync();
    }

    [Fact]
    public async Task A_server_that_closes_in_the_middle_of_a_message_does_not_have_it()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        // Far more than the buffers on the way hold: it is still being written when the server closes.
        var answer = await provider.SendAsync(Mails.To("close-data@example.org", text: string.Concat(Enumerable.Repeat("All work and no play. ", 400_000))), CancellationToken.None);
        answer.ShouldBeOfType<SendAnswer.Down>();
        peer.Messages.ShouldBeEmpty();
    }

    [Fact]
    public async Task Nobody_at_the_address_is_down()
    {
        using var provider = Mails.Provider(Mails.Options($"smtp://127.0.0.1:{FreePort.Take()}?tls=off"));
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
        provider.IsDown.ShouldBeTrue();
    }

    [Theory]
    [InlineData("421 4.3.2 too busy")]
    [InlineData("554 5.3.2 no mail here")]
    public async Task A_server_that_greets_with_a_refusal_is_down(string greeting)
    {
        await using var peer = await SmtpPeer.StartAsync(new { greeting });
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBe(new SendAnswer.Down($"{provider.Name}: Greeting: {greeting}"));
    }

    [Fact]
    public async Task Connections_are_used_again_and_one_that_the_server_has_closed_is_replaced()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        for (var turn = 1; turn <= 3; turn++)
        {
            (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        }

        var connection = (await peer.MessagesAsync(3)).Select(message => message.Id).Distinct(StringComparer.Ordinal).ShouldHaveSingleItem();
        (await provider.SendAsync(Mails.To("close-end@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Unknown>();
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await peer.ArrivedAsync()).Id.ShouldBe(connection);
        (await peer.ArrivedAsync()).Id.ShouldNotBe(connection);
    }

    [Fact]
    public async Task At_most_so_many_connections_are_open_and_who_waits_for_one_in_vain_comes_later()
    {
        var peer = _peer;
        var clock = new FakeClock();
        var options = Mails.Options(peer.Server());
        (options.Connections, options.AnswerSeconds) = (2, 60);
        using var provider = Mails.Provider(options, clock);
        Task<SendAnswer>[] holding = [.. Enumerable.Range(0, 2).Select(_ => provider.SendAsync(Mails.To("hold-end@example.org"), CancellationToken.None))];
        await peer.ArrivedAsync();
        await peer.ArrivedAsync();

        var waiting = provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None);
        clock.Advance(TimeSpan.FromSeconds(12));
        (await waiting.Soon()).ShouldBe(new SendAnswer.Later($"all 2 connections to {provider.Name} are busy"));

        clock.Advance(TimeSpan.FromSeconds(60));
        (await Task.WhenAll(holding).Soon()).ShouldAllBe(answer => answer is SendAnswer.Unknown);
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        await peer.ArrivedAsync();
    }

    [Fact]
    public async Task A_connection_that_has_done_its_work_is_replaced_before_anybody_needs_it()
    {
        await using var peer = await SmtpPeer.StartAsync();
        var options = Mails.Options(peer.Server());
        options.Connections = 1;
        using var provider = Mails.Provider(options);
        for (var turn = 1; turn <= 100; turn++)
        {
            (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        }

        var (first, second) = (await peer.ConnectedAsync(), await peer.ConnectedAsync());
        await peer.ClosedAsync(first);
        (await provider.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await peer.MessagesAsync(101)).Select(message => message.Id).Distinct(StringComparer.Ordinal).ShouldBe([first, second]);
    }

    [Fact]
    public async Task Many_at_a_time_arrive_once_each()
    {
        var peer = _peer;
        using var provider = Mails.Provider(Mails.Options(peer.Server()));
        var answers = new ConcurrentBag<SendAnswer>();
        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 3 * new EmailOptions().Connections }, async (index, cancellationToken) =>
            answers.Add(await provider.SendAsync(Mails.To($"c{Mails.Text(index)}@example.org"), cancellationToken)));
        answers.ShouldAllBe(answer => answer is SendAnswer.Taken);
        var messages = await peer.MessagesAsync(100);
        messages.Select(message => message.To).Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(0, 100).Select(index => $"c{Mails.Text(index)}@example.org").Order(StringComparer.Ordinal));
        messages.Select(message => message.Id).Distinct(StringComparer.Ordinal).Count().ShouldBeLessThanOrEqualTo(new EmailOptions().Connections);
    }

    [Theory]
    [InlineData("PLAIN")]
    [InlineData("LOGIN")]
    public async Task Credentials_are_given_in_the_way_that_the_server_offers(string mechanism)
    {
        await using var peer = await SmtpPeer.StartAsync(new { user = "mile@post", password = "s\u00e9cret: /@", mechanisms = new[] { mechanism } });
        using var good = Mails.Provider(Mails.Options(peer.Server("mile%40post:s%C3%A9cret%3A%20%2F%40@")));
        (await good.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await peer.ArrivedAsync()).User.ShouldBe("mile@post");

        using var bad = Mails.Provider(Mails.Options(peer.Server("mile%40post:wrong@")));
        (await bad.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>().Reason.ShouldContain("535");
        using var none = Mails.Provider(Mails.Options(peer.Server()));
        (await none.SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>().Reason.ShouldContain("530");
    }

    [Fact]
    public async Task A_local_part_beyond_ASCII_goes_to_servers_that_can_take_it_and_to_no_others()
    {
        await using var able = await SmtpPeer.StartAsync(new { utf8 = true });
        using var provider = Mails.Provider(Mails.Options(able.Server()));
        (await provider.SendAsync(Mails.To("m\u00fcller@b\u00fccher.example"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await able.ArrivedAsync()).To.ShouldStartWith("m\u00fcller@");

        await using var unable = await SmtpPeer.StartAsync();
        using var plain = Mails.Provider(Mails.Options(unable.Server()));
        (await plain.SendAsync(Mails.To("m\u00fcller@b\u00fccher.example"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Refused>().Reason.ShouldContain("SMTPUTF8");
        (await plain.SendAsync(Mails.To("mueller@b\u00fccher.example"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        (await unable.MessagesAsync(1)).Single().To.ShouldStartWith("mueller@");
    }

    [Fact]
    public async Task A_list_of_servers_is_degraded_only_while_none_of_them_works()
    {
        var peer = _peer;
        var options = Mails.Options("smtp://127.0.0.1:1?tls=off", peer.Server());
        using var providers = new EmailProviders(options, TimeProvider.System, Microsoft.Extensions.Logging.Abstractions.NullLogger<SmtpProvider>.Instance);
        (await providers.All[0].SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
        providers.Current.State.ShouldBe(Milepost.Server.Hosting.ReadinessState.Ready);
        (await providers.All[1].SendAsync(Mails.To("end-421-bye@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Down>();
        providers.Current.State.ShouldBe(Milepost.Server.Hosting.ReadinessState.Degraded);
        (await providers.All[1].SendAsync(Mails.To("ada@example.org"), CancellationToken.None)).ShouldBeOfType<SendAnswer.Taken>();
        providers.Current.State.ShouldBe(Milepost.Server.Hosting.ReadinessState.Ready);
        await peer.MessagesAsync(1);
    }

    private static string TextOf(SendAnswer answer) => answer switch
    {
        SendAnswer.Later later => later.Reason,
        SendAnswer.Refused refused => refused.Reason,
        SendAnswer.Down down => down.Reason,
        _ => answer.ToString(),
    };
}
