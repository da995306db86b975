using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Recording;
using Milepost.Core.Streams;
using Milepost.Protocol.Streams;
using Milepost.Server.Gateway;
using Milepost.Server.Hosting;
using Milepost.Testing;

namespace Milepost.Server.Tests.Gateway;

public sealed class AcknowledgementLoopTests : IDisposable
{
    private readonly PieceLog _log = new();
    private readonly Acknowledgements _pending = new();
    private readonly AcknowledgementLoop _loop;

    public AcknowledgementLoopTests() => _loop = new AcknowledgementLoop(_pending, _log, new FakeClock(), NullLogger<AcknowledgementLoop>.Instance);

    public void Dispose()
    {
        _loop.Dispose();
        _pending.Dispose();
    }

    [Fact]
    public async Task Many_acknowledgements_are_written_in_pieces()
    {
        Confirm(250);
        await _loop.RunOnceAsync(CancellationToken.None);
        _log.Pieces.ShouldBe([100, 100, 50]);
        _log.Written.Count.ShouldBe(250);
        _pending.Take().ShouldBeEmpty();
    }

    [Fact]
    public async Task What_could_not_be_written_is_tried_again_and_nothing_else()
    {
        Confirm(250);
        _log.PiecesUntilAway = 1;
        await _loop.RunOnceAsync(CancellationToken.None);
        _log.Pieces.ShouldBe([100]);
        _log.PiecesUntilAway = int.MaxValue;
        await _loop.RunOnceAsync(CancellationToken.None);
        _log.Pieces.ShouldBe([100, 100, 50]);
        _log.Written.Count.ShouldBe(250);
    }

    private void Confirm(int count)
    {
        for (var index = 0; index < count; index++)
        {
            _pending.Add(StreamName.Customer("acme", $"c-{index}"), index + 1);
        }
    }

    /// <summary>A log that can only be told positions.</summary>
    private sealed class PieceLog : IStreamLog
    {
        public int PiecesUntilAway { get; set; } = int.MaxValue;

        public List<int> Pieces { get; } = [];

        public Dictionary<StreamName, long> Written { get; } = [];

        public ValueTask AcknowledgeAsync(IReadOnlyCollection<KeyValuePair<StreamName, long>> positions, CancellationToken cancellationToken)
        {
            if (Pieces.Count >= PiecesUntilAway)
            {
                throw new StoreUnavailableException("away");
            }

            Pieces.Add(positions.Count);
            foreach (var (stream, offset) in positions)
            {
                Written.Add(stream, offset);
            }

            return ValueTask.CompletedTask;
        }

        public ValueTask<StreamLocation> LocateAsync(StreamName stream, long offset, CancellationToken cancellationToken) => throw new UnreachableException();

        public ValueTask<IReadOnlyDictionary<StreamName, long>> HeadsAsync(IReadOnlyCollection<StreamName> streams, CancellationToken cancellationToken) => throw new UnreachableException();

        public ValueTask<IReadOnlyList<StreamEntry>> ReadAsync(StreamName stream, long after, int limit, CancellationToken cancellationToken) => throw new UnreachableException();

        public ValueTask<long> AcknowledgedAsync(StreamName stream, CancellationToken cancellationToken) => throw new UnreachableException();
    }
}
