using System.Diagnostics;
using Milepost.Core.Deliveries;
using Milepost.Server.Channels;

namespace Milepost.Server.Worker;

/// <summary>Hands one delivery to its channel's sender and says what the queue should make of the answer.</summary>
internal sealed partial class DeliverySending(IEnumerable<IChannelSender> senders, TimeProvider time, Func<double> chance, ILogger<DeliverySending> logger)
{
    /// <summary>Longer than this no provider is waited for.</summary>
    internal static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    private readonly Dictionary<DeliveryChannel, IChannelSender> _senders = senders.ToDictionary(sender => sender.Channel);

    /// <param name="lease">What.</param>
    /// <param name="hurry">The process ends: what is not answered by now stays unknown.</param>
    public async Task<DeliveryOutcome> SendAsync(Lease lease, CancellationToken hurry)
    {
        var delivery = lease.Delivery;
        var attempt = lease.Row.Progress.Attempts + 1;
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, hurry);
        try
        {
            // A sender that does not heed its token is left behind; it must not hold the worker.
            var answer = await _senders[delivery.Channel].SendAsync(delivery, attempt, either.Token).WaitAsync(either.Token);
            return answer switch
            {
                SendAnswer.Taken taken => new DeliveryOutcome.Sent(taken.Answer),
                SendAnswer.Refused refused => new DeliveryOutcome.GiveUp(refused.Reason),
                SendAnswer.Unknown unknown => new DeliveryOutcome.Unknown(unknown.Reason),
                SendAnswer.AddressDead dead => new DeliveryOutcome.GiveUp(dead.Reason),
                SendAnswer.Down down => Again(delivery.Channel, attempt, down.Reason, down.After),
                SendAnswer.Later later => Again(delivery.Channel, attempt, later.Reason, later.After),
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

    private DeliveryOutcome Again(DeliveryChannel channel, int attempt, string reason, TimeSpan? after) =>
        ChannelPolicy.Of(channel).Retry.After(attempt, chance()) is { } wait
            ? new DeliveryOutcome.Retry(after > wait ? after.Value : wait, reason)
            : new DeliveryOutcome.GiveUp($"refused {attempt} times: {reason}");

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "The {Channel} sender failed on delivery {Delivery}; whether it went out is not known")]
        public static partial void Broken(ILogger logger, Exception failure, DeliveryChannel channel, string delivery);
    }
}
