using Milepost.Client.Events;
using Milepost.Client.Http;
using Milepost.Client.Notifications;
using Milepost.Client.Orders;
using Milepost.Client.Preferences;
using Milepost.Client.Realtime;
using Milepost.Client.Streams;

namespace Milepost.Client;

/// <summary>
/// Talks to one Milepost server as one caller of one tenant. Thread safe; make one and keep it. Failures are
/// <see cref="MilepostException"/>s with a stable code.
/// </summary>
public sealed class MilepostClient : IDisposable, IAsyncDisposable
{
    private readonly MilepostHttp _http;

    /// <summary>Makes a client; nothing is sent yet.</summary>
    public MilepostClient(MilepostClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (!options.BaseAddress.IsAbsoluteUri || options.BaseAddress.Scheme is not ("http" or "https"))
        {
            throw new ArgumentException("BaseAddress must be an absolute http or https address.", nameof(options));
        }

        _http = new MilepostHttp(options);
        Events = new MilepostEvents(_http);
        Orders = new MilepostOrders(_http);
        Notifications = new MilepostNotifications(_http);
        Preferences = new MilepostPreferences(_http);
        Realtime = new MilepostRealtime(_http);
        Streams = new MilepostStreams(_http, options);
    }

    /// <summary>Sends order events.</summary>
    public MilepostEvents Events { get; }

    /// <summary>Reads orders and their tracking.</summary>
    public MilepostOrders Orders { get; }

    /// <summary>Reads and marks the caller's notifications.</summary>
    public MilepostNotifications Notifications { get; }

    /// <summary>What the caller wants to be told of, how, and when not.</summary>
    public MilepostPreferences Preferences { get; }

    /// <summary>Tickets for connections that cannot send headers.</summary>
    public MilepostRealtime Realtime { get; }

    /// <summary>Follows streams live.</summary>
    public MilepostStreams Streams { get; }

    /// <summary>Closes the client's own HTTP connections. End follows first, by cancelling or leaving their loops.</summary>
    public void Dispose() => _http.Dispose();

    /// <summary>As <see cref="Dispose"/>.</summary>
    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return ValueTask.CompletedTask;
    }
}
