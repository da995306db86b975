using System.Net.Sockets;
using System.Security.Authentication;

namespace Milepost.Server.Channels.Email;

/// <summary>A connection that is ready for a message, or why there is none. With neither, all our connections were busy until the time was over.</summary>
internal readonly record struct SmtpTaken(SmtpConnection? Connection, string? Problem);

/// <summary>The connections to one server: at most so many at a time, used again while they are young.</summary>
internal sealed class SmtpPool : IDisposable
{
    // Servers close idle connections after a minute or more and like to see new ones after some hundred messages.
    private static readonly TimeSpan MaxIdle = TimeSpan.FromSeconds(20);
    private const int MaxMessages = 100;

    private readonly SmtpServer _server;
    private readonly EmailOptions _options;
    private readonly string _hostName;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _free;
    private readonly Lock _gate = new();
    private readonly List<SmtpConnection> _idle = [];
    private readonly ITimer _tidy;
    private readonly CancellationTokenSource _closing = new();
    private bool _disposed;

    public SmtpPool(SmtpServer server, EmailOptions options, string hostName, TimeProvider time)
    {
        _server = server;
        _options = options;
        _hostName = hostName;
        _time = time;
        _free = new SemaphoreSlim(options.Connections);
        _tidy = time.CreateTimer(_ => Tidy(), null, MaxIdle, MaxIdle);
    }

    /// <summary>Takes a connection; it goes back by <see cref="Return"/>. Nothing of a message has been said on it.</summary>
    /// <exception cref="OperationCanceledException">The time is over: the server has used it up.</exception>
    public async Task<SmtpTaken> TakeAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _free.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return default;
        }

        try
        {
            var taken = await ReuseAsync(cancellationToken) is { } used ? new SmtpTaken(used, null) : await OpenAsync(cancellationToken);
            if (taken.Connection is null)
            {
                _free.Release();
            }

            return taken;
        }
        catch
        {
            _free.Release();
            throw;
        }
    }

    /// <param name="connection">What was taken.</param>
    /// <param name="isGood">It stands between two messages. Otherwise it is closed.</param>
    public void Return(SmtpConnection connection, bool isGood)
    {
        if (isGood && connection.Messages >= MaxMessages)
        {
            _ = ReplaceAsync(connection);
            return;
        }

        Put(connection, isGood);
        _free.Release();
    }

    public void Dispose()
    {
        _tidy.Dispose();
        List<SmtpConnection> idle;
        lock (_gate)
        {
            _disposed = true;
            _closing.Cancel();
            idle = [.. _idle];
            _idle.Clear();
        }

        idle.ForEach(connection => connection.Close(polite: true));
    }

    // Whoever comes next would wait for the greeting and the handshake, which take longer than a mail. Where none can be opened, he finds out himself why.
    private async Task ReplaceAsync(SmtpConnection connection)
    {
        try
        {
            connection.Close(polite: true);
            if ((await OpenAsync(_closing.Token)).Connection is { } fresh)
            {
                Put(fresh, isGood: true);
            }
        }
        catch (OperationCanceledException) when (_closing.IsCancellationRequested)
        {
            // Nobody comes any more.
        }
        finally
        {
            _free.Release();
        }
    }

    private void Put(SmtpConnection connection, bool isGood)
    {
        var keep = false;
        lock (_gate)
        {
            if (isGood && !_disposed)
            {
                connection.IdleSince = _time.GetTimestamp();
                _idle.Add(connection);
                keep = true;
            }
        }

        if (!keep)
        {
            connection.Close(isGood);
        }
    }

    // RSET ends whatever was left of the message before, and shows whether the server is still there: it may have closed the connection long ago.
    private async Task<SmtpConnection?> ReuseAsync(CancellationToken cancellationToken)
    {
        Tidy();
        while (Pop() is { } connection)
        {
            var isGood = false;
            try
            {
                isGood = SmtpTable.ClassOf(SmtpStage.Reset, await connection.CommandAsync("RSET", cancellationToken)) == SmtpClass.Proceed;
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
                // Another one is taken, or a new one is opened.
            }
            finally
            {
                if (!isGood)
                {
                    connection.Dispose();
                }
            }

            if (isGood)
            {
                return connection;
            }
        }

        return null;
    }

    private async Task<SmtpTaken> OpenAsync(CancellationToken cancellationToken)
    {
        SmtpConnection? connection = null;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(_options.ConnectSeconds), _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            connection = await SmtpConnection.ConnectAsync(_server, either.Token);
            var problem = await SmtpHandshake.RunAsync(connection, _server, _hostName, cancellationToken);
            var ready = problem is null ? connection : null;
            connection = ready is null ? connection : null;
            return new SmtpTaken(ready, problem);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            return new SmtpTaken(null, $"no connection within {_options.ConnectSeconds} s");
        }
        catch (Exception failure) when (failure is IOException or SocketException or AuthenticationException)
        {
            return new SmtpTaken(null, failure.Message);
        }
        finally
        {
            connection?.Dispose();
        }
    }

    private SmtpConnection? Pop()
    {
        lock (_gate)
        {
            if (_idle.Count == 0)
            {
                return null;
            }

            var newest = _idle[^1];
            _idle.RemoveAt(_idle.Count - 1);
            return newest;
        }
    }

    private void Tidy()
    {
        List<SmtpConnection> old;
        lock (_gate)
        {
            old = _idle.FindAll(connection => _time.GetElapsedTime(connection.IdleSince) >= MaxIdle);
            _idle.RemoveAll(old.Contains);
        }

        old.ForEach(connection => connection.Close(polite: true));
    }
}
