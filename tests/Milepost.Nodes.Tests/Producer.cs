using Milepost.Client;
using Milepost.Processes;
using Milepost.Protocol.Events;

namespace Milepost.Nodes.Tests;

/// <summary>A shop that posts the lives of one customer's orders until the server does not answer any more.</summary>
internal sealed class Producer(MilepostClient shop, string customer)
{
    private List<CloudEvent> _pending = [];

    public List<string> Acknowledged { get; } = [];

    /// <summary>Posts until the server refuses or is gone.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            for (var order = 0; ; order++)
            {
                _pending = [Shop.Placed($"o-{order}", customer), .. Enumerable.Range(1, Shop.Life.Count).Select(step => Shop.Moved($"o-{order}", step))];
                await SendRestAsync(cancellationToken);
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or MilepostException { Retry: true })
        {
            // The server stops. Whether the last post was recorded is not known: SendRestAsync sends it again.
        }
    }

    /// <summary>Sends what was not acknowledged.</summary>
    public async Task SendRestAsync(CancellationToken cancellationToken)
    {
        while (_pending.Count > 0)
        {
            List<CloudEvent> batch = [.. _pending.Take(2)];
            var reply = await shop.Events.PublishAsync(batch, cancellationToken);
            (reply.Accepted + reply.Duplicates).ShouldBe(batch.Count);
            Acknowledged.AddRange(batch.Select(posted => posted.Id));
            _pending.RemoveRange(0, batch.Count);
        }
    }
}
