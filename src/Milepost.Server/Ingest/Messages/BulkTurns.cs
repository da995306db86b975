using Milepost.Core.Orders;
using Milepost.Core.Recording;

namespace Milepost.Server.Ingest.Messages;

/// <summary>
/// Records what goes to many in small pieces, one at a time for all requests of this node, with rests between them. The news of an order then waits for
/// one short commit at the most, and mostly for none.
/// </summary>
internal sealed class BulkTurns(EventRecorder recorder, TimeProvider time)
{
    /// <summary>How many customers are in one commit.</summary>
    internal const int Piece = 10;

    /// <summary>How many times longer than its commit the rest behind a piece is: four fifths of the time are left to news.</summary>
    internal const int RestFactor = 4;

    // A store that is slow for another reason must not make bulk stand still.
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(200);

    private readonly SemaphoreSlim _turn = new(1);
    private long _ended;
    private TimeSpan _rest;

    /// <summary>Records one piece when its turn has come.</summary>
    public async Task<RecordResult> RecordAsync(IReadOnlyList<RecordedEvent> piece, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (_rest - time.GetElapsedTime(_ended) is { Ticks: > 0 } rest)
            {
                await Task.Delay(rest, time, cancellationToken);
            }

            var began = time.GetTimestamp();
            var result = await recorder.RecordAsync(piece, cancellationToken);
            _ended = time.GetTimestamp();
            var wanted = RestFactor * time.GetElapsedTime(began, _ended);
            _rest = wanted < LongestRest ? wanted : LongestRest;
            return result;
        }
        finally
        {
            _turn.Release();
        }
    }
}
