using System.Diagnostics;
using Milepost.Core.Deliveries;
using Milepost.Core.Templates;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;
using Milepost.Server.Channels;
using Milepost.Server.Templates;

namespace Milepost.Server.Worker;

/// <summary>Sends test messages by the providers that customers' messages take.</summary>
internal sealed class TestSender(ChannelRoutes routes, ITenantCatalog tenants, TimeProvider time) : ITestSender
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);

    public async Task<TestAnswer> SendAsync(string tenant, NotificationChannel channel, string address, RenderedText text, CancellationToken cancellationToken)
    {
        var way = channel == NotificationChannel.Sms ? DeliveryChannel.Sms : DeliveryChannel.Email;
        var now = time.GetUtcNow();
        var id = "test-" + Guid.CreateVersion7(now).ToString("N");
        var message = new OutgoingMessage
        {
            Tenant = tenant,
            DeliveryId = id,
            Attempt = 1,
            Channel = way,
            CustomerId = "test",
            NotificationId = id,
            Type = "test",
            Priority = NotificationPriority.Normal,
            Address = address,
            Title = text.Title,
            Text = text.Text,
            Html = text.Html,
            Locale = text.Locale,
            CreatedAt = now,
            ExpiresAt = now + Limit,
            Brand = tenants.Of(tenant).Brand,
        };
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await routes.Of(way).SendAsync(message, either.Token) switch
            {
                SendAnswer.Taken taken => new TestAnswer(IsSent: true, taken.Answer),
                SendAnswer.Later later => new TestAnswer(IsSent: false, later.Reason),
                SendAnswer.Down down => new TestAnswer(IsSent: false, down.Reason),
                SendAnswer.Refused refused => new TestAnswer(IsSent: false, refused.Reason),
                SendAnswer.AddressDead dead => new TestAnswer(IsSent: false, dead.Reason),
                SendAnswer.Unknown unknown => new TestAnswer(IsSent: false, unknown.Reason),
                _ => throw new UnreachableException(),
            };
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested)
        {
            return new TestAnswer(IsSent: false, $"No answer came in {Limit.TotalSeconds} s.");
        }
    }
}
