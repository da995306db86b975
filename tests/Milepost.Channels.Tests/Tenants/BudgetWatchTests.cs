using Microsoft.Extensions.Logging;
using Milepost.Core.Deliveries;
using Milepost.Core.Tenants;
using Milepost.Server.Channels.Sms;
using Milepost.Server.Settings;
using Milepost.Server.Worker;
using Milepost.Storage.Sqlite;
using Milepost.Storage.Sqlite.Deliveries;
using Milepost.Testing;

namespace Milepost.Channels.Tests.Tenants;

public sealed class BudgetWatchTests : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("milepost-budget-");
    private readonly FakeClock _clock = new();
    private readonly Warnings _warnings = new();
    private readonly DeliveryOptions _options = new() { SmsSegmentsPerMonth = 10 };
    private readonly SqliteDatabase _database;
    private readonly SqliteDeliveryLimitStore _limits;
    private readonly BudgetWatch _watch;

    public BudgetWatchTests()
    {
        _database = SqliteDatabase.Open(Path.Combine(_directory.FullName, "test.db"));
        _limits = new SqliteDeliveryLimitStore(_database);
        _watch = NewWatch();
    }

    public void Dispose()
    {
        _watch.Dispose();
        _database.Dispose();
        _directory.Delete(recursive: true);
    }

    [Fact]
    public async Task It_warns_once_at_four_fifths_and_once_at_the_end_whichever_node_looks()
    {
        (await UseAsync(7)).ShouldBe(0);
        (await UseAsync(1)).ShouldBe(1);
        (await UseAsync(1)).ShouldBe(1);
        (await UseAsync(1)).ShouldBe(2);
        (await UseAsync(0)).ShouldBe(2);
        using var other = NewWatch();
        other.Counted("acme", isOver: true);
        await other.RunOnceAsync(CancellationToken.None);
        _warnings.Count.ShouldBe(2);
    }

    [Fact]
    public async Task A_message_that_does_not_fit_uses_a_budget_up()
    {
        await UseAsync(7);
        _watch.Counted("acme", isOver: true);
        await _watch.RunOnceAsync(CancellationToken.None);
        _warnings.Count.ShouldBe(1);
    }

    [Fact]
    public async Task The_next_month_begins_anew()
    {
        (await UseAsync(10)).ShouldBe(2);
        _clock.Advance(SmsBudget.EndOf(_clock.GetUtcNow()) - _clock.GetUtcNow());
        (await UseAsync(0)).ShouldBe(2);
        (await UseAsync(8)).ShouldBe(3);
    }

    [Fact]
    public async Task Without_a_budget_nothing_is_told()
    {
        _options.SmsSegmentsPerMonth = 0;
        (await UseAsync(1_000)).ShouldBe(0);
    }

    private async Task<int> UseAsync(int segments)
    {
        var now = _clock.GetUtcNow();
        if (segments > 0)
        {
            await _limits.TakeAsync([[new LimitTake("acme", SmsBudget.Scope, SmsBudget.PeriodOf(now), segments, int.MaxValue, default, SmsBudget.EndOf(now), ClearanceCode.Budget)]], now, CancellationToken.None);
        }

        _watch.Counted("acme", isOver: false);
        await _watch.RunOnceAsync(CancellationToken.None);
        return _warnings.Count;
    }

    private BudgetWatch NewWatch() => new(_limits, new DefaultTenants(), _options, _clock, _warnings);

    private sealed class Warnings : ILogger<BudgetWatch>
    {
        public int Count { get; private set; }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Count += logLevel == LogLevel.Warning ? 1 : 0;
    }
}
