using Milepost.Client.Streams;
using Milepost.Testing;

namespace Milepost.Client.Tests.Fakes;

/// <summary>Takes messages from a follow one by one, each with a deadline.</summary>
internal sealed class FollowReader(StreamFollow follow) : IAsyncDisposable
{
    private readonly CancellationTokenSource _cancel = new();
    private IAsyncEnumerator<StreamMessage>? _messages;
    private Task<bool> _pending = Task.FromResult(true);

    public StreamFollow Follow { get; } = follow;

    public async Task<StreamMessage> NextAsync()
    {
        _messages ??= Follow.GetAsyncEnumerator(_cancel.Token);
        _pending = _messages.MoveNextAsync().AsTask();
        (await _pending.Soon()).ShouldBeTrue();
        return _messages.Current;
    }

    /// <summary>Reads on until a message of this kind comes.</summary>
    public async Task<T> UntilAsync<T>(Func<T, bool>? condition = null)
        where T : StreamMessage
    {
        while (true)
        {
            if (await NextAsync() is T found && (condition is null || condition(found)))
            {
                return found;
            }
        }
    }

    public Task<StreamMessage.ConnectionChanged> DisconnectedAsync() =>
        UntilAsync<StreamMessage.ConnectionChanged>(change => change.State == ConnectionState.Disconnected);

    /// <summary>The offsets of the next entries, whatever comes between them.</summary>
    public async Task<List<long>> OffsetsAsync(int count)
    {
        var offsets = new List<long>();
        while (offsets.Count < count)
        {
            offsets.Add((await UntilAsync<StreamMessage.Entry>()).Frame.Offset!.Value);
        }

        return offsets;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_pending.IsCompleted)
        {
            await _cancel.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => _pending.Soon());
        }

        if (_messages is not null)
        {
            await _messages.DisposeAsync().AsTask().Soon();
        }

        _cancel.Dispose();
    }
}
