namespace Milepost.LoadTest.Workers;

/// <summary>One connection's way to the nodes: sends its requests to the present one, and fails those under way when it is reset.</summary>
internal sealed class NodeRoute(IReadOnlyList<Uri> nodes, int first, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private readonly Lock _gate = new();
    private int _node = first;
    private CancellationTokenSource? _underWay;
    private bool _reset;

    /// <summary>The next request goes to the next node.</summary>
    public void Turn() => Interlocked.Increment(ref _node);

    /// <summary>
    /// Fails the request under way, or the next one when there is none just now: a poll between two requests has no TCP connection of its
    /// own that could be reset, and SocketsHttpHandler repeats on a new connection what failed on an idle one.
    /// </summary>
    public void Reset()
    {
        lock (_gate)
        {
            _reset = true;
            _underWay?.Cancel();
        }
    }

    /// <summary>The connection is about to come back.</summary>
    public void Restore()
    {
        lock (_gate)
        {
            _reset = false;
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        lock (_gate)
        {
            ThrowIfReset();
            _underWay = either;
        }

        try
        {
            var node = nodes[(int)((uint)Volatile.Read(ref _node) % (uint)nodes.Count)];
            request.RequestUri = new Uri(node, request.RequestUri!.PathAndQuery);
            return await base.SendAsync(request, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            ThrowIfReset();
            throw;
        }
        finally
        {
            lock (_gate)
            {
                _underWay = null;
            }
        }
    }

    private void ThrowIfReset()
    {
        if (_reset)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "reset by the load tool");
        }
    }
}
