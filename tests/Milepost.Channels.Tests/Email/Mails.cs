using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Protocol.Notifications;
using Milepost.Server.Channels;
using Milepost.Server.Channels.Email;

namespace Milepost.Channels.Tests.Email;

/// <summary>Messages and providers for tests.</summary>
internal static class Mails
{
    public const string From = "Milepost <no-reply@shop.example>";

    public static readonly DateTimeOffset Now = new(2026, 11, 21, 18, 0, 0, TimeSpan.Zero);

    public static OutgoingMessage To(string address, string? name = null, string title = "Delivered", string text = "Your order is there.", string id = "1f-0123456789abcdef.email") => new()
    {
        Tenant = "acme",
        DeliveryId = id,
        Attempt = 1,
        Channel = DeliveryChannel.Email,
        CustomerId = "c-1",
        NotificationId = "1f-0123456789abcdef",
        Type = "order.delivered",
        Priority = NotificationPriority.Normal,
        Address = address,
        Name = name,
        Title = title,
        Text = text,
        Locale = "en",
        CreatedAt = Now,
        ExpiresAt = Now.AddDays(1),
        Brand = new TenantBrand(),
    };

    public static EmailOptions Options(params string[] servers) => new() { Servers = [.. servers], From = From, HostName = "worker.shop.example" };

    public static SmtpProvider Provider(EmailOptions options, TimeProvider? time = null)
    {
        var clock = time ?? TimeProvider.System;
        var server = SmtpServer.Parse(options.Servers[0], out var problem) ?? throw new InvalidOperationException(problem);
        return new SmtpProvider(server, new EmailWriter(options, clock), options, clock, NullLogger<SmtpProvider>.Instance);
    }

    /// <summary>As it stands in a mailbox: the dots that SMTP has doubled are single again.</summary>
    public static byte[] Unstuffed(ReadOnlyMemory<byte> text) =>
        Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text.Span).Replace("\r\n..", "\r\n.", StringComparison.Ordinal));

    public static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
