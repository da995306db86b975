using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Posting;
using Milepost.LoadTest.Workers;

namespace Milepost.LoadTest;

/// <summary>One run: connect, rest, post (and reset, where asked), wait for the rest to arrive, report.</summary>
internal sealed class LoadTestRun(LoadSettings settings, TimeProvider clock, Action<string> say)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(5);

    // Long enough for an order to be read by every client process before its moment.
    private static readonly TimeSpan StormNotice = TimeSpan.FromSeconds(0.5);
    private readonly List<WorkerProcess> _workers = [];
    private long _mostRss;

    public async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        await CheckNodesAsync(cancellationToken);
        var servers = new ServerWatch(settings, clock);
        try
        {
            servers.Begin();
            var connect = await ConnectAsync(cancellationToken);
            servers.Connected();
            say($"idle for {settings.Idle.TotalSeconds:0} s");
            await Task.Delay(settings.Idle, clock, cancellationToken);
            servers.Rested();

            var toolBefore = ToolCpu;
            var started = clock.GetTimestamp();
            var schedule = new Schedule(settings, clock.TimestampFrequency);
            using var publisher = new Publisher(settings, schedule, clock, started);
            await PostAsync(publisher, schedule, started, cancellationToken);
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            servers.Posted();
            var toolCores = Math.Round((ToolCpu - toolBefore) / seconds, 3);

            say("waiting for what is under way");
            var unacknowledged = NumberRanges.Of(publisher.Record.Unacknowledged());
            await Task.WhenAll(_workers.Select(worker => worker.SendAsync(new WorkerOrder.Finish(schedule.Bounds, unacknowledged, settings.Drain.TotalSeconds))));
            var results = await Task.WhenAll(_workers.Select(worker => worker.Result)).WaitAsync(cancellationToken);
            return new RunOutcome(settings, schedule, publisher, connect, results)
            {
                Seconds = seconds,
                ClientCpuCores = toolCores,
                ClientRssMiB = Math.Round(_mostRss / 1048576.0, 1),
                Servers = servers.Report(connect),
                Troubles = [.. AllTroubles(publisher.Trouble)],
            }.ToReport();
        }
        finally
        {
            await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    /// <summary>An address at which nobody is would otherwise show only when the time to connect is over.</summary>
    private async Task CheckNodesAsync(CancellationToken cancellationToken)
    {
        using var http = new HttpClient { Timeout = AnswerLimit };
        foreach (var node in settings.Nodes)
        {
            try
            {
                using var answer = await http.GetAsync(new Uri(node, "/healthz/live"), cancellationToken);
            }
            catch (Exception cause) when (cause is HttpRequestException || (cause is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                throw new InvalidOperationException($"no server answers at {node}: {cause.Message}", cause);
            }
        }
    }

    private async Task<ConnectReport> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; index < settings.Processes; index++)
        {
            _workers.Add(WorkerProcess.Start(settings.ClientNice, clock));
        }

        await Task.WhenAll(_workers.Select(worker => worker.Started)).WaitAsync(cancellationToken);
        var started = clock.GetTimestamp();
        var share = (settings.Connections + settings.Processes - 1) / settings.Processes;
        for (var index = 0; index < _workers.Count; index++)
        {
            var first = index * share;
            var count = Math.Min(share, settings.Connections - first);
            await _workers[index].SendAsync(new WorkerOrder.Connect(
                settings.Urls, settings.Tenant, settings.SigningKey, settings.Run, settings.Transports, settings.Connections, first, count, index,
                (double)settings.ConnectRate * count / settings.Connections));
        }

        // Everybody should be there when the ramp is over; then the stragglers get as long as a drain.
        var limit = TimeSpan.FromSeconds((double)settings.Connections / settings.ConnectRate) + settings.Drain;
        await TickAsync(
            () => $"connecting: {Connected:#,0} of {settings.Connections:#,0}{Troubles()}",
            () => Connected >= settings.Connections || clock.GetElapsedTime(started) > limit || _workers.Exists(worker => worker.Result.IsFaulted),
            cancellationToken);
        var seconds = clock.GetElapsedTime(started).TotalSeconds;
        return new ConnectReport(settings.Connections, Connected, Math.Round(seconds, 2), Math.Round(Connected / seconds, 1));
    }

    private async Task PostAsync(Publisher publisher, Schedule schedule, long started, CancellationToken cancellationToken)
    {
        var posting = publisher.RunAsync(cancellationToken);
        var storm = StormAsync(schedule, started, cancellationToken);
        await TickAsync(
            () => $"{clock.GetElapsedTime(started).TotalSeconds:0} s: {publisher.Posted:#,0} posted, {publisher.Record.Acknowledged:#,0} acknowledged, {_workers.Sum(worker => worker.Progress.Delivered):#,0} delivered, {Connected:#,0} connected{Troubles(publisher.Trouble)}",
            () => posting.IsCompleted,
            cancellationToken);
        await posting;
        await storm;
    }

    private async Task StormAsync(Schedule schedule, long started, CancellationToken cancellationToken)
    {
        if (schedule.StormAt is not { } at)
        {
            return;
        }

        var notice = clock.GetElapsedTime(clock.GetTimestamp(), started + at) - StormNotice;
        await Task.Delay(notice > TimeSpan.Zero ? notice : TimeSpan.Zero, clock, cancellationToken);
        await Task.WhenAll(_workers.Select(worker => worker.SendAsync(new WorkerOrder.Storm(started + at, settings.StormJitter))));
    }

    private double ToolCpu => Environment.CpuUsage.TotalTime.TotalSeconds + _workers.Sum(worker => worker.Progress.CpuSeconds);

    private int Connected => _workers.Sum(worker => worker.Progress.Connected);

    private async Task TickAsync(Func<string> line, Func<bool> done, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100), clock);
        var said = clock.GetTimestamp();
        while (!done())
        {
            await timer.WaitForNextTickAsync(cancellationToken);
            if (clock.GetElapsedTime(said) >= TimeSpan.FromSeconds(1))
            {
                said = clock.GetTimestamp();
                say(line());
                _mostRss = Math.Max(_mostRss, _workers.Sum(worker => worker.Rss));
            }
        }

        _mostRss = Math.Max(_mostRss, _workers.Sum(worker => worker.Rss));
        say(line());
    }

    private string Troubles(string? more = null) => string.Concat(AllTroubles(more).Select(trouble => $" ({trouble})"));

    private IEnumerable<string> AllTroubles(string? more) =>
        _workers.Select(worker => worker.Progress.Trouble).Append(more).OfType<string>().Distinct(StringComparer.Ordinal);
}
