using Microsoft.Extensions.Logging;
using Milepost.Server.Logistics;
using Milepost.Testing;

namespace Milepost.Server.Tests.Logistics;

/// <summary>A client of a service of the test.</summary>
internal sealed class ClientUnderTest : IDisposable
{
    public const string Token = "the-token-that-nobody-may-see";

    public ClientUnderTest(string url, TimeProvider? time = null, Action<LogisticsOptions>? configure = null)
    {
        Options = new LogisticsOptions { BaseUrl = url, Tenants = ["acme", "globex"], Token = Token };
        configure?.Invoke(Options);
        Logs = new LogLines();
        var clock = time ?? TimeProvider.System;
        Client = new LogisticsClient(Options, new LogisticsTokens(Options, clock), clock, () => 0, Logs.Of<LogisticsClient>());
    }

    public LogisticsOptions Options { get; }

    public LogLines Logs { get; }

    public LogisticsClient Client { get; }

    public void Dispose() => Client.Dispose();
}

/// <summary>What was logged, every level, with the exceptions.</summary>
internal sealed class LogLines
{
    private readonly Lock _gate = new();
    private readonly List<string> _lines = [];
    private readonly List<(string Part, TaskCompletionSource Seen)> _waiting = [];

    public string All
    {
        get
        {
            lock (_gate)
            {
                return string.Join('\n', _lines);
            }
        }
    }

    public ILogger<T> Of<T>() => new Lines<T>(this);

    /// <summary>Waits for a line that holds this, also an earlier one.</summary>
    public Task UntilAsync(string part)
    {
        lock (_gate)
        {
            if (_lines.Exists(line => line.Contains(part, StringComparison.Ordinal)))
            {
                return Task.CompletedTask;
            }

            var seen = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiting.Add((part, seen));
            return seen.Task.Soon();
        }
    }

    private void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            _waiting.Where(waiting => line.Contains(waiting.Part, StringComparison.Ordinal)).ToList().ForEach(waiting => waiting.Seen.TrySetResult());
        }
    }

    private sealed class Lines<T>(LogLines lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Add($"{logLevel} {formatter(state, exception)} {exception}");
    }
}
