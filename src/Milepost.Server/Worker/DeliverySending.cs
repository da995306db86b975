using System.Diagnostics;
using Milepost.Core.Deliveries;
using Milepost.Server.Channels;

namespace Milepost.Server.Worker;

/// <summary>Hands one message to its channel's providers and says what the queue should make of the answer.</summary>
internal sealed partial class DeliverySending(ChannelRoutes routes, AddressHygiene hygiene, TimeProvider time, Func<double> chance, ILogger<DeliverySending> logger)
{
    /// <summary>Longer than this no provider is waited for.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan NotAskedWait = TimeSpan.FromSeconds(5);

    /// <param name="lease">What.</param>
    /// <param name="message">The same as the provider gets it.</param>
    /// <param name="hurry">The process ends: what is not answered by now stays unknown.</param>
    public async Task<DeliveryOutcome> SendAsync(Lease lease, OutgoingMessage message, CancellationToken hurry)
    {
        var delivery = lease.Delivery;
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, hurry);
        try
        {
            // A sender that does not heed its token is left behind; it must not hold the worker.
            var answer = await routes.Of(delivery.Channel).SendAsync(message, either.Token).WaitAsync(either.Token);
            if (answer is SendAnswer.AddressDead dead)
            {
                await hygiene.ForgetAsync(delivery, message, dead.Reason, either.Token);
            }

            return answer switch
            {
                SendAnswer.Taken taken => new DeliveryOutcome.Sent(taken.ProviderId is { } id ? $"{taken.Answer} ({id})" : taken.Answer),
                SendAnswer.Refused refused => new DeliveryOutcome.GiveUp(refused.Reason),
                SendAnswer.AddressDead gone => new DeliveryOutcome.GiveUp(gone.Reason),
                SendAnswer.Unknown unknown => new DeliveryOutcome.Unknown(unknown.Reason),
                // Nobody was asked: that must not make the message wait as if it had been refused.
                SendAnswer.Down { Asked: false } left => new DeliveryOutcome.Retry(left.After ?? NotAskedWait, left.Reason),
                SendAnswer.Down down => Again(message, down.Reason, down.After),
                SendAnswer.Later later => Again(message, later.Reason, later.After),
                _ => throw new UnreachableException(),
            };
        }
        catch (OperationCanceledException) when (either.IsCancellationRequested)
        {
            return new DeliveryOutcome.Unknown(hurry.IsCancellationRequested ? "The worker stopped before an answer came." : $"No answer came in {Limit.TotalSeconds} s.");
        }
        catch (Exception failure)
        {
            // Whatever broke: the message may be out already.
            Log.Broken(logger, failure, delivery.Channel, delivery.Id);
            return new DeliveryOutcome.Unknown(failure.GetType().Name);
        }
    }

    private DeliveryOutcome Again(OutgoingMessage message, string reason, TimeSpan? after) =>
        ChannelPolicy.Of(message.Channel).Retry.After(message.Attempt, chance()) is { } wait
            ? new DeliveryOutcome.Retry(after > wait ? after.Value : wait, reason)
            : new DeliveryOutcome.GiveUp($"refused {message.Attempt} times: {reason}");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The {Channel} sender failed on delivery {Delivery}; whether it went out is not known")]
        public static partial void Broken(ILogger logger, Exception failure, DeliveryChannel channel, string delivery);
    }
}
