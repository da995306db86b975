using System.Text.Json;

namespace Milepost.LoadTest.Workers;

/// <summary>A client process: does what its parent writes to its standard input, and answers on its standard output.</summary>
internal sealed class WorkerRun(TextReader input, TextWriter output, TimeProvider clock)
{
    private readonly Lock _writing = new();

    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        Write(new WorkerNote.Progress(Connected: 0, Delivered: 0, CpuSeconds: 0, Trouble: null));
        if (await NextAsync(cancellationToken) is not WorkerOrder.Connect connect)
        {
            return 1;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var crowd = new Crowd(connect, clock);
        var connections = crowd.RunAsync(ending.Token);
        var reports = ReportAsync(crowd, ending.Token);
        var order = await NextAsync(cancellationToken);
        if (order is WorkerOrder.Storm storm)
        {
            await crowd.StormAsync(storm, cancellationToken);
            order = await NextAsync(cancellationToken);
        }

        if (order is WorkerOrder.Finish finish)
        {
            await crowd.ArrivedAsync(finish, cancellationToken);
            Write(crowd.Result(finish));
        }

        // The parent has what it wanted, or is gone.
        await ending.CancelAsync();
        await connections;
        await reports;
        return 0;
    }

    private async Task<WorkerOrder?> NextAsync(CancellationToken cancellationToken) =>
        await input.ReadLineAsync(cancellationToken) is { } line ? JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerOrder) : null;

    private async Task ReportAsync(Crowd crowd, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(0.5), clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Write(crowd.Progress());
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The end.
        }
    }

    private void Write(WorkerNote note)
    {
        var line = JsonSerializer.Serialize(note, WorkerJson.Default.WorkerNote);
        lock (_writing)
        {
            output.WriteLine(line);
            output.Flush();
        }
    }
}
