using System.Security.Cryptography;
using Milepost.Client.Streams;

namespace Milepost.Client;

/// <summary>How a <see cref="MilepostClient"/> reaches its server, as whom, and how it behaves when it cannot.</summary>
public sealed record MilepostClientOptions
{
    /// <summary>The server, for example <c>https://track.shop.example/</c>. A path before <c>/api</c> is kept.</summary>
    public required Uri BaseAddress { get; init; }

    /// <summary>The tenant whose orders and notifications are meant.</summary>
    public required string Tenant { get; init; }

    /// <summary>
    /// The JWT or API key. Asked for each request and each connection, so that a renewed one is used without further ado; keep it in
    /// memory until it is about to expire. <see cref="ConstantToken"/> wraps one that does not change.
    /// </summary>
    public required Func<CancellationToken, ValueTask<string>> Token { get; init; }

    /// <summary>How streams are read, unless the <see cref="FollowRequest"/> says otherwise.</summary>
    public StreamTransport Transport { get; init; } = StreamTransport.WebSocket;

    /// <summary>The clock of all waits.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where jitter comes from. It is only used under a lock.</summary>
    public Random Random { get; init; } = new(RandomNumberGenerator.GetInt32(int.MaxValue));

    /// <summary>The longest wait before the first attempt to connect again; each further attempt without progress doubles it.</summary>
    public TimeSpan BackoffMin { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>What the wait between attempts never exceeds, unless the server asks for more.</summary>
    public TimeSpan BackoffMax { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often at most the server is told what this device has. <see cref="Timeout.InfiniteTimeSpan"/>: never.</summary>
    public TimeSpan AckInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a REST call, or the opening of a connection, may take.</summary>
    public TimeSpan RequestTimeout { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// The HTTP handler of all requests and WebSockets. Null: the client makes its own and disposes it. A handler given here is
    /// shared: the client does not dispose it.
    /// </summary>
    public HttpMessageHandler? Handler { get; init; }

    /// <summary>A token source for a token that never changes.</summary>
    public static Func<CancellationToken, ValueTask<string>> ConstantToken(string token) => _ => ValueTask.FromResult(token);
}
