using Milepost.LoadTest.Measuring;
using Milepost.LoadTest.Posting;
using Milepost.LoadTest.Workers;

namespace Milepost.LoadTest;

/// <summary>One run: connect, rest, post, wait for the rest to arrive, report.</summary>
internal sealed class LoadTestRun(LoadSettings settings, TimeProvider clock, Action<string> say)
{
    private readonly List<WorkerProcess> _workers = [];
    private readonly ServerProbe? _server = settings.ServerPid is { } pid ? new ServerProbe(pid) : ServerProbe.Find(settings.Url);

    public async Task<Report> RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var rssBefore = _server?.Rss();
            var cpuBefore = _server?.CpuSeconds();
            var connect = await ConnectAsync(cancellationToken);
            var connectCores = Cores(cpuBefore, connect.Seconds);
            say($"idle for {settings.Idle.TotalSeconds:0} s");
            await Task.Delay(settings.Idle, clock, cancellationToken);
            var rssConnected = _server?.Rss();

            using var publisher = new Publisher(settings, clock);
            cpuBefore = _server?.CpuSeconds();
            var toolBefore = ToolCpu;
            var started = clock.GetTimestamp();
            await PostAsync(publisher, started, cancellationToken);
            var seconds = clock.GetElapsedTime(started).TotalSeconds;
            var postCores = Cores(cpuBefore, seconds);
            var toolCores = Math.Round((ToolCpu - toolBefore) / seconds, 3);

            var unacknowledged = publisher.Unacknowledged;
            say("waiting for what is under way");
            await Task.WhenAll(_workers.Select(worker => worker.SendAsync(new WorkerOrder.Finish(publisher.Posted, unacknowledged, settings.Drain.TotalSeconds))));
            var results = await Task.WhenAll(_workers.Select(worker => worker.Result)).WaitAsync(cancellationToken);
            var server = _server is null || rssBefore is null || rssConnected is null
                ? null
                : new ServerReport(
                    _server.Pid, MiB(rssBefore.Value), MiB(rssConnected.Value),
                    Math.Round((rssConnected.Value - rssBefore.Value) / 1024.0 / Math.Max(1, connect.Connected), 2), MiB(_server.Rss() ?? 0), connectCores, postCores);
            return Report(publisher, connect, results, server, seconds, toolCores);
        }
        finally
        {
            await Task.WhenAll(_workers.Select(worker => worker.DisposeAsync().AsTask()));
        }
    }

    private async Task<ConnectReport> ConnectAsync(CancellationToken cancellationToken)
    {
        for (var index = 0; index < settings.Processes; index++)
        {
            _workers.Add(WorkerProcess.Start(clock));
        }

        await Task.WhenAll(_workers.Select(worker => worker.Started)).WaitAsync(cancellationToken);
        var started = clock.GetTimestamp();
        var share = (settings.Connections + settings.Processes - 1) / settings.Processes;
        for (var index = 0; index < _workers.Count; index++)
        {
            var first = index * share;
            var count = Math.Min(share, settings.Connections - first);
            await _workers[index].SendAsync(new WorkerOrder.Connect(
                settings.Url, settings.Tenant, settings.SigningKey, settings.Run, settings.Transport, settings.Connections, first, count, index,
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

    private async Task PostAsync(Publisher publisher, long started, CancellationToken cancellationToken)
    {
        var posting = publisher.RunAsync(cancellationToken);
        await TickAsync(
            () => $"{clock.GetElapsedTime(started).TotalSeconds:0} s: {publisher.Posted:#,0} posted, {publisher.Acknowledged:#,0} acknowledged, {_workers.Sum(worker => worker.Progress.Delivered):#,0} delivered, {Connected:#,0} connected{Troubles(publisher.Trouble)}",
            () => posting.IsCompleted,
            cancellationToken);
        await posting;
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
            }
        }

        say(line());
    }

    private string Troubles(string? more = null) => string.Concat(AllTroubles(more).Select(trouble => $" ({trouble})"));

    private IEnumerable<string> AllTroubles(string? more) =>
        _workers.Select(worker => worker.Progress.Trouble).Append(more).OfType<string>().Distinct(StringComparer.Ordinal);

    private Report Report(Publisher publisher, ConnectReport connect, WorkerNote.Result[] results, ServerReport? server, double seconds, double toolCores)
    {
        var deliveries = new Histogram();
        foreach (var result in results)
        {
            deliveries.Merge(Histogram.FromSparse(result.Latencies, result.MaxLatency));
        }

        return new Report
        {
            Url = settings.Url.ToString(),
            Transport = settings.Transport.ToString(),
            ClientProcesses = _workers.Count,
            RateAsked = settings.Rate,
            RateAcknowledged = Math.Round(publisher.Acknowledged / seconds, 1),
            Batch = settings.Batch,
            Seconds = Math.Round(seconds, 2),
            Connections = connect,
            Posted = publisher.Posted,
            Acknowledged = publisher.Acknowledged,
            Unacknowledged = publisher.Posted - publisher.Acknowledged,
            Delivered = results.Sum(result => result.Delivered),
            Lost = results.Sum(result => result.Lost),
            Duplicated = results.Sum(result => result.Duplicated),
            OutOfOrder = results.Sum(result => result.OutOfOrder),
            Overtaken = results.Sum(result => result.Overtaken),
            Foreign = results.Sum(result => result.Foreign),
            Disconnects = results.Sum(result => result.Disconnects),
            Delivery = Quantiles.Of(deliveries),
            Acknowledgement = Quantiles.Of(publisher.Latencies),
            Server = server,
            ClientCpuCores = toolCores,
            Troubles = [.. AllTroubles(publisher.Trouble)],
        };
    }

    private double Cores(double? before, double seconds) => _server?.CpuSeconds() is { } after && before is { } start ? Math.Round((after - start) / seconds, 3) : 0;

    private static double MiB(long bytes) => Math.Round(bytes / 1048576.0, 1);
}
