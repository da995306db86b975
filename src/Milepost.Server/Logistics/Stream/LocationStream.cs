using System.Net.WebSockets;

namespace Milepost.Server.Logistics.Stream;

/// <summary>What the location stream of any tenant needs.</summary>
internal sealed record StreamParts(
    LogisticsOptions Options, LogisticsTokens Tokens, Core.Tracking.IFixSink Sink, ILogisticsSignals Signals, StreamBoard Board, TimeProvider Time, Func<double> Chance, ILogger<LocationStream> Logger);

/// <summary>
/// Reads one tenant's location stream for as long as it may: connects, resumes behind what was handed on, passes over what it cannot use, gives up a
/// connection on which nothing comes, and connects again after a while.
/// </summary>
/// <param name="tenant">Whose.</param>
/// <param name="parts">What it needs.</param>
/// <param name="progress">From where on.</param>
/// <param name="mayHandOn">Whether the stream is still ours: asked before each hand-over.</param>
internal sealed partial class LocationStream(string tenant, StreamParts parts, StreamProgress progress, Func<bool> mayHandOn)
{
    /// <summary>A connection that lasted so long was a good one.</summary>
    internal static readonly TimeSpan Stable = TimeSpan.FromSeconds(30);

    /// <summary>The handshake and the first message must be there by then.</summary>
    internal static readonly TimeSpan HelloLimit = TimeSpan.FromSeconds(10);

    private readonly TimeSpan _idle = TimeSpan.FromSeconds(parts.Options.StreamIdleSeconds);
    private readonly Uri _address = AddressOf(parts.Options.BaseUrl, tenant);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var failures = 0;
        while (true)
        {
            var started = parts.Time.GetTimestamp();
            parts.Board.Set(tenant, open: false);
            var end = await ReadConnectionAsync(cancellationToken);
            failures = parts.Time.GetElapsedTime(started) >= Stable ? 1 : failures + 1;
            LogisticsMetrics.Ended(end.Reason);
            parts.Board.Set(tenant, open: false);
            var delay = StreamBackoff.Delay(failures, parts.Chance());
            delay = end.RetryAfter > delay ? end.RetryAfter.Value : delay;
            Log.Ended(parts.Logger, tenant, end.Reason, delay);
            await Task.Delay(delay, parts.Time, cancellationToken);
        }
    }

    /// <summary>One connection, from the handshake to its end.</summary>
    private async Task<StreamEnd> ReadConnectionAsync(CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(HelloLimit, parts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        try
        {
            using var socket = await StreamSocket.ConnectAsync(Address(), parts.Tokens.Of(tenant), either.Token);
            return await ReadAsync(socket, idle, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new StreamEnd(StreamEnd.Idle);
        }
        catch (StreamRefusedException refused)
        {
            return new StreamEnd(StreamEnd.Refused, refused.RetryAfter);
        }
        catch (Exception failure) when (failure is WebSocketException or IOException or UnauthorizedAccessException)
        {
            // A socket that is read while it is given up ends in this way too.
            return new StreamEnd(idle.IsCancellationRequested ? StreamEnd.Idle : StreamEnd.Failed);
        }
    }

    private async Task<StreamEnd> ReadAsync(StreamSocket socket, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        var handOver = new StreamHandOver(tenant, parts.Sink, parts.Signals, progress, mayHandOn);
        var handing = handOver.RunAsync();
        var isOpen = false;
        try
        {
            while (true)
            {
                var read = await socket.ReadAsync(cancellationToken);
                if (read is SocketRead.Closed or SocketRead.Endless)
                {
                    return new StreamEnd(read == SocketRead.Closed ? StreamEnd.Closed : StreamEnd.Broken);
                }

                // Only whole messages count: one that comes in drops is no sign of life.
                idle.CancelAfter(_idle);
                if (read == SocketRead.Unusable)
                {
                    LogisticsMetrics.MessageRefused("size");
                    continue;
                }

                if (Read(socket.Message) is not { } message)
                {
                    continue;
                }

                if (!isOpen)
                {
                    isOpen = true;
                    LogisticsMetrics.Opened();
                    parts.Board.Set(tenant, open: true);
                    Log.Opened(parts.Logger, tenant, progress.Last);
                }

                await handOver.AddAsync(message, cancellationToken);
            }
        }
        finally
        {
            if (isOpen)
            {
                LogisticsMetrics.Closed();
            }

            // What was read is handed on before the next connection says from where it resumes.
            handOver.Complete();
            await handing;
        }
    }

    // Null: passed over.
    private StreamMessage? Read(ReadOnlyMemory<byte> text)
    {
        try
        {
            var message = StreamMessageReader.Read(text, tenant, parts.Time.GetUtcNow());
            LogisticsMetrics.Message(Word(message));
            return message;
        }
        catch (RefusedDocumentException refused)
        {
            LogisticsMetrics.MessageRefused(refused.Member);
            Log.Refused(parts.Logger, tenant, refused.Member);
            return null;
        }
    }

    private Uri Address() => progress.Last is { } last ? new UriBuilder(_address) { Query = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"after={last}") }.Uri : _address;

    private static Uri AddressOf(string baseUrl, string tenant)
    {
        var http = new Uri($"{baseUrl.TrimEnd('/')}/v1/{tenant}/locations");
        return new UriBuilder(http) { Scheme = http.Scheme == Uri.UriSchemeHttps ? Uri.UriSchemeWss : Uri.UriSchemeWs, Port = http.Port }.Uri;
    }

    private static string Word(StreamMessage message) => message switch
    {
        StreamMessage.Location => "location",
        StreamMessage.Changed { Document: OrderDocument.Route } => "route",
        StreamMessage.Changed => "eta",
        StreamMessage.Heartbeat => "heartbeat",
        StreamMessage.Hello => "hello",
        StreamMessage.Gap => "gap",
        _ => "other",
    };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The location stream of {Tenant} is open, from {After} on")]
        public static partial void Opened(ILogger logger, string tenant, long? after);

        [LoggerMessage(2, LogLevel.Warning, "The location stream of {Tenant} ended ({Reason}); connecting again in {Delay}")]
        public static partial void Ended(ILogger logger, string tenant, string reason, TimeSpan delay);

        [LoggerMessage(3, LogLevel.Debug, "A message of the location stream of {Tenant} was passed over: {Reason}")]
        public static partial void Refused(ILogger logger, string tenant, string reason);
    }
}
