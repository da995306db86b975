using System.Collections.Concurrent;
using System.Threading.Channels;
using Milepost.Core.Tracking;
using Milepost.Server.Logistics;
using Milepost.Server.Logistics.Stream;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>A location stream that runs until it is disposed, and what came out of it.</summary>
internal sealed class StreamUnderTest : IFixSink, ILogisticsSignals, IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly Channel<LocationFix> _fixes = Channel.CreateUnbounded<LocationFix>();
    private readonly Channel<string> _signals = Channel.CreateUnbounded<string>();
    private readonly Task _running;

    public StreamUnderTest(string url, TimeProvider? time = null, string left = "", Action<LogisticsOptions>? configure = null)
    {
        var options = new LogisticsOptions { BaseUrl = url, Tenants = ["acme"], Token = ClientUnderTest.Token };
        configure?.Invoke(options);
        var clock = time ?? TimeProvider.System;
        Progress = new StreamProgress(left);
        _running = new LocationStream("acme", new StreamParts(options, new LogisticsTokens(options, clock), this, this, Board, clock, () => 0, Logs.Of<LocationStream>()), Progress, () => IsHeld).RunAsync(_stop.Token);
    }

    public LogLines Logs { get; } = new();

    public StreamBoard Board { get; } = new();

    public StreamProgress Progress { get; }

    public bool IsHeld { get; set; } = true;

    /// <summary>Every fix so far, oldest first.</summary>
    public ConcurrentQueue<LocationFix> All { get; } = [];

    /// <summary>How many fixes each hand-over had.</summary>
    public ConcurrentQueue<int> Batches { get; } = [];

    public void Offer(string tenant, IReadOnlyList<LocationFix> fixes)
    {
        tenant.ShouldBe("acme");
        Batches.Enqueue(fixes.Count);
        foreach (var fix in fixes)
        {
            All.Enqueue(fix);
            _fixes.Writer.TryWrite(fix).ShouldBeTrue();
        }
    }

    public void Changed(string tenant, string orderId, OrderDocument document) => _signals.Writer.TryWrite($"{tenant} {orderId} {document}");

    public void Missed(string tenant) => _signals.Writer.TryWrite($"{tenant} missed");

    public Task<LocationFix> NextFixAsync() => _fixes.Reader.ReadAsync().Soon();

    public Task<string> NextSignalAsync() => _signals.Reader.ReadAsync().Soon();

    /// <summary>Waits for so many further fixes.</summary>
    public async Task<IReadOnlyList<LocationFix>> NextAsync(int count, Func<LocationFix, bool>? which = null)
    {
        var fixes = new List<LocationFix>();
        while (fixes.Count < count)
        {
            var fix = await NextFixAsync();
            if (which?.Invoke(fix) ?? true)
            {
                fixes.Add(fix);
            }
        }

        return fixes;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => _running.Soon());
        _stop.Dispose();
    }
}
