using Milepost.Core.Preferences;
using Milepost.Protocol.Notifications;

namespace Milepost.Server.Unsubscribe;

/// <summary>The links by which one click ends e-mails (RFC 8058, <c>List-Unsubscribe</c>).</summary>
/// <param name="publicUrl">Where people reach this installation (<c>Gateway:PublicUrl</c>); empty: there are no links.</param>
/// <param name="secret">The data set's secret for links; asked for when it is needed first.</param>
internal sealed class UnsubscribeLinks(string publicUrl, Func<string> secret)
{
    public const string Path = "/u/";

    private readonly Lazy<UnsubscribeToken> _tokens = new(() => new UnsubscribeToken(secret()), LazyThreadSafetyMode.PublicationOnly);

    /// <summary>
    /// Ends e-mails of this notification type. Null: they cannot be ended, or nobody knows the installation's address. A tenant's own type is as critical as
    /// the message at hand: its name alone does not tell.
    /// </summary>
    public string? For(string tenant, string customerId, NotificationType type) => type.Critical ? null : Link(new UnsubscribeTarget.OfType(tenant, customerId, type.Type));

    /// <summary>Ends e-mails of this category.</summary>
    /// <inheritdoc cref="For(string, string, NotificationType)"/>
    public string? For(string tenant, string customerId, NotificationCategory category) => Link(new UnsubscribeTarget.OfCategory(tenant, customerId, category));

    /// <summary>What a link ends. Null: it is not one of ours.</summary>
    public UnsubscribeTarget? Read(string token) => _tokens.Value.Read(token);

    private string? Link(UnsubscribeTarget target) => publicUrl.Length == 0 || target.IsCritical ? null : publicUrl.TrimEnd('/') + Path + _tokens.Value.Write(target);
}
