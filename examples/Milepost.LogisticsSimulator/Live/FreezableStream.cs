namespace Milepost.LogisticsSimulator.Live;

/// <summary>
/// The bytes of a connection that can be made to seem dead: once frozen nothing is read or written any more, so that not even a ping or
/// a close is answered, while the connection stays open until it is aborted.
/// </summary>
internal sealed class FreezableStream(Stream inner, Func<bool> frozen, CancellationToken aborted) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await StayIfFrozenAsync(cancellationToken);
        var count = await inner.ReadAsync(buffer, cancellationToken);
        await StayIfFrozenAsync(cancellationToken);
        return count;
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        await StayIfFrozenAsync(cancellationToken);
        await inner.WriteAsync(buffer, cancellationToken);
    }

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await StayIfFrozenAsync(cancellationToken);
        await inner.FlushAsync(cancellationToken);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) => WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
        // Nothing is buffered here, and the WebSocket flushes asynchronously.
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private async ValueTask StayIfFrozenAsync(CancellationToken cancellation)
    {
        if (frozen())
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, aborted);
            await Task.Delay(Timeout.InfiniteTimeSpan, either.Token);
        }
    }
}
