using Milepost.Client.Http;

namespace Milepost.Client.Streams;

/// <summary>Follows streams live.</summary>
public sealed class MilepostStreams
{
    private readonly MilepostClientOptions _options;
    private readonly StreamConnector _connector;

    internal MilepostStreams(MilepostHttp http, MilepostClientOptions options)
    {
        _options = options;
        _connector = new StreamConnector(http, options);
    }

    /// <summary>
    /// Follows streams until cancelled, over as many connections as it takes: yields each entry exactly once and in order, or a
    /// <see cref="StreamMessage.Reset"/> where that is not possible. An entry counts as had, and is acknowledged, once the loop asks
    /// for the next one. Ends with a <see cref="MilepostException"/> when the server refuses for good.
    /// </summary>
    public StreamFollow FollowAsync(FollowRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.Streams.Count == 0)
        {
            throw new ArgumentException("Name at least one stream.", nameof(request));
        }

        int seed;
        lock (_options.Random)
        {
            seed = _options.Random.Next();
        }

        return new StreamFollow(_connector, request, _options, new Random(seed), cancellationToken);
    }
}
