using System.Diagnostics;
using Milepost.Protocol.Notifications;
using Milepost.Protocol.Preferences;

namespace Milepost.Core.Preferences;

/// <summary>Whether a notification goes over a channel. Pure.</summary>
public static class PreferenceRules
{
    /// <summary>
    /// The most special choice counts: the customer's for the type, the category, the channel; then the tenant's in the same order; then the product's
    /// own. What is critical goes over every channel.
    /// </summary>
    public static Choice Decide(
        string type, NotificationCategory category, bool critical, NotificationChannel channel, NotificationPreferences own, NotificationPreferences tenant)
    {
        if (critical)
        {
            return new Choice(Allowed: true, ChoiceSource.Critical, Fixed: true);
        }

        if (Of(own, type, category, channel) is { } customer)
        {
            return new Choice(customer.Allowed, customer.Level, Fixed: false);
        }

        if (Of(tenant, type, category, channel) is { } shop)
        {
            return new Choice(shop.Allowed, OfTenant(shop.Level), Fixed: false);
        }

        // Critical ones have gone already, and the rest differ by channel only: a priority says nothing here.
        return new Choice(NotificationTypes.Of(type, category, NotificationPriority.Normal).GoesTo(channel), ChoiceSource.Default, Fixed: false);
    }

    /// <summary>What becomes of a type in quiet hours. Critical ones always go out.</summary>
    public static QuietRule Quiet(NotificationType type, QuietHours? quiet) =>
        type.Critical ? QuietRule.Now : quiet?.Types?.TryGetValue(type.Type, out var chosen) == true ? chosen : type.Quiet;

    /// <summary>Whether quiet hours hold on a channel. They never hold in the inbox.</summary>
    public static bool IsQuietOn(QuietHours? quiet, NotificationChannel channel) =>
        channel != NotificationChannel.InApp && (quiet?.Channels?.Contains(channel) ?? channel is NotificationChannel.Push or NotificationChannel.Sms);

    /// <summary>The choice for people: who decided, and how.</summary>
    public static string Words(Choice choice, NotificationChannel channel)
    {
        var way = channel switch
        {
            NotificationChannel.InApp => "In the inbox",
            NotificationChannel.Email => "By e-mail",
            NotificationChannel.Sms => "By SMS",
            NotificationChannel.Push => "By push",
            _ => throw new UnreachableException(),
        };
        var who = choice.Source switch
        {
            ChoiceSource.Critical => "it is critical and cannot be switched off",
            ChoiceSource.CustomerType => "the customer chose so for this type",
            ChoiceSource.CustomerCategory => "the customer chose so for this category",
            ChoiceSource.CustomerChannel => "the customer chose so for this channel",
            ChoiceSource.TenantType => "the tenant's default for this type",
            ChoiceSource.TenantCategory => "the tenant's default for this category",
            ChoiceSource.TenantChannel => "the tenant's default for this channel",
            ChoiceSource.Default => "nobody has chosen, and this is the product's default",
            _ => throw new UnreachableException(),
        };
        return $"{way}: {(choice.Allowed ? "yes" : "no")}; {who}.";
    }

    private static (bool Allowed, ChoiceSource Level)? Of(NotificationPreferences preferences, string type, NotificationCategory category, NotificationChannel channel)
    {
        if (preferences.Types?.TryGetValue(type, out var ofType) == true && ofType.TryGetValue(channel, out var byType))
        {
            return (byType, ChoiceSource.CustomerType);
        }

        if (preferences.Categories?.TryGetValue(category, out var ofCategory) == true && ofCategory.TryGetValue(channel, out var byCategory))
        {
            return (byCategory, ChoiceSource.CustomerCategory);
        }

        return preferences.Channels?.TryGetValue(channel, out var byChannel) == true ? (byChannel, ChoiceSource.CustomerChannel) : null;
    }

    private static ChoiceSource OfTenant(ChoiceSource level) => level switch
    {
        ChoiceSource.CustomerType => ChoiceSource.TenantType,
        ChoiceSource.CustomerCategory => ChoiceSource.TenantCategory,
        ChoiceSource.CustomerChannel => ChoiceSource.TenantChannel,
        _ => throw new UnreachableException(),
    };
}
