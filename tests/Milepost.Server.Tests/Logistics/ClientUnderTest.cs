using Microsoft.Extensions.Logging;
using Milepost.Server.Logistics;

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
    private readonly System.Collections.Concurrent.ConcurrentQueue<string> _lines = [];

    public string All => string.Join('\n', _lines);

    public ILogger<T> Of<T>() => new Lines<T>(_lines);

    private sealed class Lines<T>(System.Collections.Concurrent.ConcurrentQueue<string> lines) : ILogger<T>
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            lines.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
    }
}
