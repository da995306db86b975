using Milepost.Protocol.Preferences;

namespace Milepost.Core.Tenants;

/// <summary>One way on which a notification goes out.</summary>
/// <param name="Channel">E-mail, SMS or push; the inbox always has it.</param>
/// <param name="After">How long behind the event, up to a day.</param>
/// <param name="UnlessAcknowledged">Only if no device of the customer has confirmed it by then.</param>
public sealed record RouteStep(NotificationChannel Channel, TimeSpan After, bool UnlessAcknowledged);
