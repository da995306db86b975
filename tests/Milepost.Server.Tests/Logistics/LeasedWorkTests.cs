using Microsoft.Extensions.Logging.Abstractions;
using Milepost.Core.Leases;
using Milepost.Core.Recording;
using Milepost.Core.Tests;
using Milepost.Server.Logistics.Leases;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>Work of two holders on one store and one clock.</summary>
public sealed class LeasedWorkTests
{
    private readonly FakeClock _clock = new();
    private readonly MemoryLeaseStore _store = new();

    [Fact]
    public async Task One_of_two_works_and_when_it_stops_the_other_goes_on_where_it_stopped()
    {
        await using var one = new Holder(this, "one", _store);
        await one.Works.Task.Soon();
        await using var two = new Holder(this, "two", _store);
        _clock.Advance(TimeSpan.FromMinutes(1));
        two.Works.Task.IsCompleted.ShouldBeFalse();
        one.Progress = "42";
        await one.StopAsync();
        _clock.Advance(LeasedWork.AskEvery);
        (await two.Works.Task.Soon()).Left.ShouldBe("42");
        one.Held!.IsHeld.ShouldBeTrue();
        one.IsWorking.ShouldBeFalse();
    }

    [Fact]
    public async Task A_holder_that_cannot_renew_ends_before_another_one_can_begin()
    {
        var away = new Switch(_store);
        await using var one = new Holder(this, "one", away);
        await one.Works.Task.Soon();
        await using var two = new Holder(this, "two", _store);
        away.Failure = new StoreUnavailableException("away");
        var begun = _clock.GetUtcNow();
        while (!two.Works.Task.IsCompleted)
        {
            // At each instant of the clock at most one of them may work.
            (one.Held!.IsHeld && two.Works.Task.IsCompleted).ShouldBeFalse();
            (_clock.GetUtcNow() - begun).ShouldBeLessThan(TimeSpan.FromMinutes(1));
            _clock.Advance(TimeSpan.FromMilliseconds(100));
        }

        one.Held!.IsHeld.ShouldBeFalse();
        await one.Ended.Task.Soon();
        (_clock.GetUtcNow() - begun).ShouldBeGreaterThan(LeasedWork.LeaseFor - LeasedWork.RenewEvery);
    }

    [Fact]
    public async Task A_process_that_was_paused_does_not_work_for_a_moment_when_it_wakes_up()
    {
        // Its clock does not run its timers while it is paused, as a stopped process: time has passed, and nothing was done.
        var paused = new StoppedTimers(_clock);
        await using var one = new Holder(this, "one", _store, paused);
        await one.Works.Task.Soon();
        await using var two = new Holder(this, "two", _store);
        _clock.Advance(LeasedWork.LeaseFor + LeasedWork.AskEvery);
        await two.Works.Task.Soon();
        one.IsWorking.ShouldBeTrue();
        one.Held!.IsHeld.ShouldBeFalse();
        two.Held!.Lease.Token.ShouldBe(2);
        two.Progress = "new";
        one.Progress = "old";
        paused.Run();
        await one.Ended.Task.Soon();
        _clock.Advance(TimeSpan.FromSeconds(30));
        two.IsWorking.ShouldBeTrue();
        await two.StopAsync();
        (await _store.TakeAsync("acme", "work", "three", TimeSpan.FromSeconds(1), _clock.GetUtcNow(), CancellationToken.None))!.Payload.ShouldBe("new");
    }

    [Fact]
    public async Task Work_that_fails_is_begun_anew()
    {
        var times = 0;
        var again = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var stop = new CancellationTokenSource();
        var running = new LeasedWork(_store, "acme", "work", "one", _clock, NullLogger.Instance).RunAsync(
            (_, cancelled) =>
            {
                if (Interlocked.Increment(ref times) == 1)
                {
                    throw new InvalidOperationException("a mistake");
                }

                again.TrySetResult();
                return Task.Delay(Timeout.Infinite, cancelled);
            },
            stop.Token);
        while (!again.Task.IsCompleted && !running.IsCompleted)
        {
            _clock.Advance(LeasedWork.AskEvery);
            await Task.Yield();
        }

        await stop.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => running.Soon());
        times.ShouldBe(2);
    }

    /// <summary>Somebody who works whenever the lease allows.</summary>
    private sealed class Holder : IAsyncDisposable
    {
        private readonly CancellationTokenSource _stop = new();
        private readonly Task _running;

        public Holder(LeasedWorkTests test, string name, ILeaseStore store, TimeProvider? time = null) =>
            _running = new LeasedWork(store, "acme", "work", name, time ?? test._clock, NullLogger.Instance).RunAsync(WorkAsync, _stop.Token);

        public TaskCompletionSource<HeldLease> Works { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Ended { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public HeldLease? Held { get; private set; }

        public volatile bool IsWorking;

        public string Progress { get; set; } = "";

        public async Task StopAsync()
        {
            await _stop.CancelAsync();
            await Should.ThrowAsync<OperationCanceledException>(() => _running.Soon());
        }

        public async ValueTask DisposeAsync()
        {
            if (!_stop.IsCancellationRequested)
            {
                await StopAsync();
            }

            _stop.Dispose();
        }

        private async Task WorkAsync(HeldLease held, CancellationToken lost)
        {
            (Held, IsWorking) = (held, true);
            held.ToLeave = () => Progress;
            Works.TrySetResult(held);
            try
            {
                await Task.Delay(Timeout.Infinite, lost);
            }
            finally
            {
                IsWorking = false;
                Ended.TrySetResult();
            }
        }
    }

    /// <summary>A store that can be cut off for one of its users.</summary>
    private sealed class Switch(ILeaseStore store) : ILeaseStore
    {
        public Exception? Failure { get; set; }

        public Task<WorkLease?> TakeAsync(string tenant, string name, string holder, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
            Failure is null ? store.TakeAsync(tenant, name, holder, leaseFor, now, cancellationToken) : Task.FromException<WorkLease?>(Failure);

        public Task<bool> RenewAsync(WorkLease lease, string payload, TimeSpan leaseFor, DateTimeOffset now, CancellationToken cancellationToken) =>
            Failure is null ? store.RenewAsync(lease, payload, leaseFor, now, cancellationToken) : Task.FromException<bool>(Failure);

        public Task<bool> ReleaseAsync(WorkLease lease, string payload, CancellationToken cancellationToken) =>
            Failure is null ? store.ReleaseAsync(lease, payload, cancellationToken) : Task.FromException<bool>(Failure);
    }

    /// <summary>Another clock's time, and timers that run only when they are told to.</summary>
    private sealed class StoppedTimers(FakeClock clock) : TimeProvider
    {
        private readonly FakeClock _timers = new();

        public override long TimestampFrequency => clock.TimestampFrequency;

        public override long GetTimestamp() => clock.GetTimestamp();

        public override DateTimeOffset GetUtcNow() => clock.GetUtcNow();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => _timers.CreateTimer(callback, state, dueTime, period);

        public void Run() => _timers.Advance(TimeSpan.FromSeconds(10));
    }
}
