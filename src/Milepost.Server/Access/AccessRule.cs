using Milepost.Protocol;
using Milepost.Protocol.Streams;
using Milepost.Realtime.Sessions;

namespace Milepost.Server.Access;

/// <summary>Who may call an endpoint. Every endpoint carries exactly one rule; one without any stops the server from starting.</summary>
internal sealed record AccessRule(string Name, Func<Caller, bool>? Allows)
{
    /// <summary>No credentials needed.</summary>
    public static readonly AccessRule Anyone = new("anyone", null);

    /// <summary>A customer, for own data.</summary>
    public static readonly AccessRule Customer = new("customer", caller => caller.Scopes == Scopes.None);

    /// <summary>A customer for own data, and whoever runs the tenant for everybody's.</summary>
    public static readonly AccessRule CustomerOrAdmin = new("customer or admin", caller => caller.Scopes == Scopes.None || caller.Scopes.HasFlag(Scopes.Admin));

    /// <summary>A customer for own data, operators and admins for the tenant's. Machines that only write may not read.</summary>
    public static readonly AccessRule Reader = new("reader", caller => caller.Scopes == Scopes.None || caller.IsStaff());

    /// <summary>Whoever may read orders, and guests: what is behind it shows a guest the one order of the link, in the view for guests.</summary>
    public static readonly AccessRule ReaderOrGuest = new("reader or guest", caller => caller.IsGuest || Reader!.Allows!(caller));

    /// <summary>Somebody with a share link.</summary>
    public static readonly AccessRule Guest = new("guest", caller => caller.IsGuest);

    /// <summary>The product's own numbers: staff, and programs on this machine without credentials.</summary>
    public static readonly AccessRule Metrics = new("this machine or staff", caller => caller.IsStaff()) { OpensToThisMachine = true };

    /// <summary>The tenant's operators and admins.</summary>
    public static readonly AccessRule Staff = new("staff", caller => caller.IsStaff());

    /// <summary>A shop's systems.</summary>
    public static readonly AccessRule EventWriter = new("event writer", caller => (caller.Scopes & (Scopes.EventsWrite | Scopes.Admin)) != Scopes.None);

    /// <summary>Mail relays, which tell what became of messages.</summary>
    public static readonly AccessRule FeedbackWriter = new("feedback writer", caller => (caller.Scopes & (Scopes.FeedbackWrite | Scopes.Admin)) != Scopes.None);

    /// <summary>A shop's systems, and drivers' devices for themselves.</summary>
    public static readonly AccessRule LocationWriter = new("location writer", caller => (caller.Scopes & (Scopes.LocationsWrite | Scopes.EventsWrite | Scopes.Admin)) != Scopes.None);

    /// <summary>Systems that send messages of their own.</summary>
    public static readonly AccessRule NotificationWriter = new("notification writer", caller => (caller.Scopes & (Scopes.NotificationsWrite | Scopes.Admin)) != Scopes.None);

    /// <summary>Requests that come from this machine itself, and not through a proxy on it, need no credentials.</summary>
    public bool OpensToThisMachine { get; init; }

    /// <summary>Who runs the tenant.</summary>
    public static readonly AccessRule Admin = new("admin", caller => caller.Scopes.HasFlag(Scopes.Admin));
}

/// <summary>Marks endpoints that a connection without headers can reach: by ticket, or by a token among the subprotocols.</summary>
/// <param name="Connects">Whether each request opens a connection that stays.</param>
internal sealed record LiveEndpoint(bool Connects)
{
    public static readonly LiveEndpoint Connected = new(Connects: true);
    public static readonly LiveEndpoint Polled = new(Connects: false);
}

internal static class AccessExtensions
{
    /// <summary>May read everything of the tenant.</summary>
    public static bool IsStaff(this Caller caller) => (caller.Scopes & (Scopes.Operator | Scopes.Admin)) != Scopes.None;

    /// <summary>As whom the caller reads.</summary>
    public static Audience Audience(this Caller caller) => caller.IsStaff() ? Protocol.Streams.Audience.Staff : caller.IsGuest ? Protocol.Streams.Audience.Guest : Protocol.Streams.Audience.Customer;

    public static TBuilder Allow<TBuilder>(this TBuilder builder, AccessRule rule)
        where TBuilder : IEndpointConventionBuilder => builder.WithMetadata(rule);

    /// <summary>The caller of a request that has passed <see cref="AccessMiddleware"/>.</summary>
    public static Caller Caller(this HttpContext context) => context.Features.GetRequiredFeature<Caller>();

    private static T GetRequiredFeature<T>(this Microsoft.AspNetCore.Http.Features.IFeatureCollection features)
        where T : class => features.Get<T>() ?? throw new InvalidOperationException($"no {typeof(T).Name}: the endpoint is open to anyone");
}
