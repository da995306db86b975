using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Authentication;
using Milepost.Core.Deliveries;

namespace Milepost.Server.Channels.Email;

/// <summary>
/// Hands e-mails to one SMTP server. What counts here is to know how it ended: until the final dot leaves, the server cannot have the message; from
/// then on only its answer tells.
/// </summary>
internal sealed partial class SmtpProvider : IProvider, IDisposable
{
    private readonly EmailWriter _writer;
    private readonly EmailOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<SmtpProvider> _logger;
    private readonly SmtpPool _pool;
    private volatile bool _isDown;

    public SmtpProvider(SmtpServer server, EmailWriter writer, EmailOptions options, TimeProvider time, ILogger<SmtpProvider> logger)
    {
        Name = server.Name;
        _writer = writer;
        _options = options;
        _time = time;
        _logger = logger;
        _pool = new SmtpPool(server, options, EmailOptionRules.HostName(options), time);
    }

    /// <summary>Host and port.</summary>
    public string Name { get; }

    /// <summary>The last message found the server out of use.</summary>
    public bool IsDown => _isDown;

    /// <summary>Takes at most <c>HandOverSeconds</c> and <c>AnswerSeconds</c>. When it is cancelled it still tells whether the message can have gone out.</summary>
    public async Task<SendAnswer> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (_writer.Write(message, out var refused) is not { } email)
        {
            return refused!;
        }

        var answer = await SendAsync(email, cancellationToken);
        _isDown = answer is SendAnswer.Down;
        if (answer is SendAnswer.Down down)
        {
            Log.Down(_logger, Name, AddressMask.Text(down.Reason));
        }

        return answer;
    }

    public void Dispose() => _pool.Dispose();

    private async Task<SendAnswer> SendAsync(Email email, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_options.HandOverSeconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        SmtpTaken taken;
        try
        {
            taken = await _pool.TakeAsync(either.Token);
        }
        catch (OperationCanceledException)
        {
            return NotHandedOver(cancellationToken);
        }

        if (taken.Connection is not { } connection)
        {
            return taken.Problem is null ? new SendAnswer.Later($"all {_options.Connections} connections to {Name} are busy") : new SendAnswer.Down($"{Name}: {taken.Problem}");
        }

        var isGood = false;
        try
        {
            var (answer, between) = await TalkAsync(connection, email, either.Token, cancellationToken);
            isGood = between;
            return answer;
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException or OperationCanceledException && connection.HandedOver)
        {
            return new SendAnswer.Unknown($"{Name} has the message and did not answer: {Reason(failure)}");
        }
        catch (OperationCanceledException)
        {
            return NotHandedOver(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
        {
            return new SendAnswer.Down($"{Name}: {failure.Message}");
        }
        finally
        {
            _pool.Return(connection, isGood);
        }
    }

    /// <summary>One message. Also tells whether the connection stands between two messages again.</summary>
    private async Task<(SendAnswer Answer, bool IsGood)> TalkAsync(SmtpConnection connection, Email email, CancellationToken handOver, CancellationToken cancellationToken)
    {
        if (email.NeedsUtf8 && !connection.Offers.ContainsKey("SMTPUTF8"))
        {
            return (new SendAnswer.Refused($"{Name} does not take addresses with letters beyond ASCII (SMTPUTF8)"), true);
        }

        (SmtpStage Stage, string Line)[] commands =
        [
            (SmtpStage.Sender, $"MAIL FROM:<{email.Sender}>{(email.NeedsUtf8 ? " SMTPUTF8" : "")}"),
            (SmtpStage.Recipient, $"RCPT TO:<{email.Recipient}>"),
            (SmtpStage.Data, "DATA"),
        ];
        foreach (var (stage, line) in commands)
        {
            var reply = await connection.CommandAsync(line, handOver);
            var what = SmtpTable.ClassOf(stage, reply);
            if (what != SmtpClass.Proceed)
            {
                return (AnswerOf(what, reply), what != SmtpClass.Down);
            }
        }

        await connection.SendTextAsync(email.Text, handOver);
        handOver.ThrowIfCancellationRequested();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_options.AnswerSeconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var end = await connection.EndTextAsync(either.Token);
        var ended = SmtpTable.ClassOf(SmtpStage.End, end);
        return (AnswerOf(ended, end), ended is not (SmtpClass.Down or SmtpClass.Unknown));
    }

    private SendAnswer AnswerOf(SmtpClass what, SmtpReply reply) => what switch
    {
        SmtpClass.Taken => new SendAnswer.Taken(reply.Text, reply.QueueId),
        SmtpClass.Later => new SendAnswer.Later(reply.Text),
        SmtpClass.Down => new SendAnswer.Down($"{Name}: {reply.Text}"),
        SmtpClass.AddressDead => new SendAnswer.AddressDead(reply.Text),
        SmtpClass.Refused => new SendAnswer.Refused(reply.Text),
        SmtpClass.Unknown => new SendAnswer.Unknown(reply.Text),
        _ => throw new UnreachableException(),
    };

    // 1. The caller has no more time: that says nothing of the server. 2. The server let our own time pass.
    private SendAnswer NotHandedOver(CancellationToken caller) => caller.IsCancellationRequested
        ? new SendAnswer.Later("given up before the message was handed over")
        : new SendAnswer.Down($"{Name}: the message could not be handed over within {_options.HandOverSeconds} s");

    private static string Reason(Exception failure) => failure is OperationCanceledException ? "the time was over" : failure.Message;

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The SMTP server {Server} cannot be used: {Reason}")]
        public static partial void Down(ILogger logger, string server, string reason);
    }
}
