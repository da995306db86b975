using System.Buffers.Binary;
using System.Net;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Milepost.Realtime.Backplane.Redis;

/// <summary>
/// One Redis server or cluster, and whether it works. What counts is not that a socket is open but that a message comes round: each second
/// a probe is published on a channel of our own, and when none has come back for <see cref="Silence"/>, Redis is away, whether it was
/// killed, paused, partitioned (one way suffices) or has cut the subscribing connection.
///
/// The library connects again by itself and subscribes again to what was subscribed. When it does not manage to for <see cref="Patience"/>,
/// the connection is made anew.
/// </summary>
public sealed partial class RedisConnection : IDisposable
{
    /// <summary>Redis is away when no probe sent within this time has come back.</summary>
    internal static readonly TimeSpan Silence = TimeSpan.FromSeconds(3);

    /// <summary>How long the library may try to connect again before the connection is made anew.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(1);
    private static readonly string[] Incapable = ["LOADING", "READONLY", "CLUSTERDOWN", "MASTERDOWN", "TRYAGAIN", "BUSY", "OOM", "MISCONF", "NOREPLICAS"];

    private const string ClusterPublish = "return redis.call('PUBLISH', KEYS[1], ARGV[1])";

    private readonly Lock _lock = new();
    private readonly string _probe = "milepost:probe:" + Guid.NewGuid().ToString("N");
    private readonly RedisSubscriptions _subscriptions;
    private readonly ConfigurationOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private volatile ConnectionMultiplexer? _multiplexer;
    private volatile State _state;
    private volatile bool _isCluster;
    private bool _disposed;
    private int _verifying;
    private long _heard;
    private long _connected;

    internal RedisConnection(string configuration, TimeProvider time, ILogger logger)
    {
        _options = ConfigurationOptions.Parse(configuration);
        _options.AbortOnConnectFail = false;
        _options.ConnectTimeout = 2000;
        _options.ConnectRetry = 1;
        _options.ClientName = "milepost";
        _time = time;
        _logger = logger;
        _heard = _connected = time.GetTimestamp();
        _subscriptions = new RedisSubscriptions(time);
        _ = _subscriptions.AddAsync(_probe, Heard);
        Name = NameOf(_options);
    }

    private enum State
    {
        /// <summary>No probe has come back yet, but the first one may still.</summary>
        Starting,
        Healthy,
        Away,
    }

    /// <summary>
    /// Everything that is subscribed is so again, and what was published in between is lost. Raised after an outage and after a cut too
    /// short to be one. Must not block.
    /// </summary>
    public event EventHandler? Restored;

    /// <summary>Redis has gone silent. Must not block.</summary>
    public event EventHandler? Lost;

    /// <summary>The addresses; never the password.</summary>
    public string Name { get; }

    /// <summary>Whether messages come round. Cheap to ask.</summary>
    public bool IsHealthy => _state == State.Healthy;

    /// <summary>Asks Redis, and waits at most a second. While Redis is known to be away it does not wait at all.</summary>
    public async ValueTask<RedisAnswer<T>> TryAsync<T>(Func<IDatabase, Task<T>> command, CancellationToken cancellationToken)
    {
        if (!IsHealthy || _multiplexer is not { } multiplexer)
        {
            return RedisAnswer<T>.Away;
        }

        try
        {
            // The library's asynchronous calls wait for a paused server without end.
            return new RedisAnswer<T>(IsAway: false, await command(multiplexer.GetDatabase()).WaitAsync(AnswerTime, _time, cancellationToken));
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            Log.CommandFailed(_logger, failure, Name);
            return RedisAnswer<T>.Away;
        }
    }

    /// <summary>
    /// Has <paramref name="received"/> called for each message of a channel, in order, until <see cref="UnsubscribeAsync"/>; it must not block.
    /// Completes when Redis has confirmed it, or at once while Redis is not connected: then <see cref="Restored"/> says when.
    /// </summary>
    public Task SubscribeAsync(string channel, Action<byte[]> received) => _subscriptions.AddAsync(channel, received);

    public Task UnsubscribeAsync(string channel) => _subscriptions.RemoveAsync(channel);

    /// <summary>Sends a message; its failure is the task's. Messages of one channel keep their order.</summary>
    public Task PublishAsync(string channel, byte[] message) => _multiplexer switch
    {
        null => Task.FromException(NotConnected()),
        // The library sends each PUBLISH to another node of a cluster, which shuffles the messages. A script goes where its key lives.
        { } multiplexer when _isCluster => multiplexer.GetDatabase().ScriptEvaluateAsync(ClusterPublish, [channel], [message]),
        { } multiplexer => multiplexer.GetSubscriber().PublishAsync(channel, message),
    };

    /// <summary>Whether a failure means that Redis is not to be reached or cannot serve, rather than that we asked for nonsense.</summary>
    internal static bool IsOutage(Exception failure) => failure switch
    {
        RedisServerException refused => Incapable.Any(code => refused.Message.StartsWith(code, StringComparison.Ordinal)),
        RedisException or TimeoutException or ObjectDisposedException => true,
        _ => false,
    };

    internal static string NameOf(ConfigurationOptions options) => string.Join(',', options.EndPoints.Select(Format).Order(StringComparer.Ordinal));

    internal async Task StartAsync(CancellationToken cancellationToken)
    {
        await ConnectAsync(cancellationToken);
        Probe();
    }

    /// <summary>One pass, each second: judges the silence, sends the next probe.</summary>
    internal async Task CheckAsync(CancellationToken cancellationToken)
    {
        if (_state != State.Away && _time.GetElapsedTime(Volatile.Read(ref _heard)) >= Silence)
        {
            _state = State.Away;
            Log.Away(_logger, Name);
            Lost?.Invoke(this, EventArgs.Empty);
        }

        if (_state == State.Away && _time.GetElapsedTime(_connected) >= Patience && _time.GetElapsedTime(Volatile.Read(ref _heard)) >= Patience)
        {
            await ConnectAsync(cancellationToken);
        }

        RealtimeMetrics.Healthy.Record(IsHealthy ? 1 : 0, KeyValuePair.Create<string, object?>("instance", Name));
        Probe();
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            Close(_multiplexer);
        }
    }

    private static string Format(EndPoint endpoint) => endpoint switch
    {
        DnsEndPoint { Port: 0 } dns => dns.Host + ":6379",
        DnsEndPoint dns => $"{dns.Host}:{dns.Port}",
        IPEndPoint { Port: 0 } ip => new IPEndPoint(ip.Address, 6379).ToString(),
        _ => endpoint.ToString() ?? "",
    };

    private static void Close(ConnectionMultiplexer? multiplexer)
    {
        multiplexer?.Close(allowCommandsToComplete: false);
        multiplexer?.Dispose();
    }

    private TimeoutException NotConnected() => new($"Redis {Name} has not been connected yet.");

    /// <summary>Makes the connection (anew). The old one goes only when there is a better one.</summary>
    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        _connected = _time.GetTimestamp();
        try
        {
            var next = await ConnectionMultiplexer.ConnectAsync(_options);
            if ((_multiplexer is not null && !next.IsConnected) || cancellationToken.IsCancellationRequested)
            {
                Close(next);
                return;
            }

            Use(next);
        }
        catch (RedisConnectionException failure)
        {
            Log.NotConnected(_logger, failure, Name);
        }
    }

    private void Use(ConnectionMultiplexer next)
    {
        next.ConnectionRestored += (_, restored) =>
        {
            if (restored.ConnectionType == ConnectionType.Subscription)
            {
                _subscriptions.Doubt();
                _ = VerifyAsync();
            }
        };
        ConnectionMultiplexer? previous;
        lock (_lock)
        {
            previous = _disposed ? next : _multiplexer;
            if (!_disposed)
            {
                _multiplexer = next;
                _subscriptions.MoveTo(next.GetSubscriber());
            }
        }

        Close(previous);
    }

    private void Probe()
    {
        var message = new byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(message, _time.GetTimestamp());
        // Its failure shows as silence.
        _ = PublishAsync(_probe, message);
    }

    private void Heard(byte[] message)
    {
        var sent = BinaryPrimitives.ReadInt64LittleEndian(message);
        if (_time.GetElapsedTime(sent) >= Silence)
        {
            // It was held up on the way, and so may everything else be.
            return;
        }

        Volatile.Write(ref _heard, sent);
        if (_subscriptions.InDoubt || !IsHealthy)
        {
            _ = VerifyAsync();
        }
    }

    /// <summary>Makes sure of the subscriptions, and then says that Redis works again.</summary>
    private async Task VerifyAsync()
    {
        if (Interlocked.Exchange(ref _verifying, 1) == 1)
        {
            return;
        }

        try
        {
            var multiplexer = _multiplexer!;
            await _subscriptions.VerifyAsync(AnswerTime);
            _isCluster = multiplexer.GetEndPoints().Any(endpoint => multiplexer.GetServer(endpoint).ServerType == ServerType.Cluster);
            if (_time.GetElapsedTime(Volatile.Read(ref _heard)) < Silence)
            {
                if (!IsHealthy)
                {
                    _state = State.Healthy;
                    Log.Healthy(_logger, Name);
                }

                Restored?.Invoke(this, EventArgs.Empty);
            }
        }
        catch (Exception failure) when (IsOutage(failure))
        {
            // The next probe that comes back tries again.
            _subscriptions.Doubt();
            Log.CommandFailed(_logger, failure, Name);
        }
        finally
        {
            Volatile.Write(ref _verifying, 0);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Redis {Name} works")]
        public static partial void Healthy(ILogger logger, string name);

        [LoggerMessage(2, LogLevel.Warning, "Redis {Name} is away: what it does is done without it, more slowly, until it is back")]
        public static partial void Away(ILogger logger, string name);

        [LoggerMessage(3, LogLevel.Warning, "Redis {Name} cannot be connected; it is tried again")]
        public static partial void NotConnected(ILogger logger, Exception failure, string name);

        [LoggerMessage(4, LogLevel.Debug, "Redis {Name} did not answer")]
        public static partial void CommandFailed(ILogger logger, Exception failure, string name);
    }
}
