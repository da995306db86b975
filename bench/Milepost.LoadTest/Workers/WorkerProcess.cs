using System.Diagnostics;
using System.Reflection;
using System.Text.Json;

namespace Milepost.LoadTest.Workers;

/// <summary>The parent's end of one client process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(15);
    private readonly Process _process;
    private readonly TimeProvider _clock;
    private readonly Task _reading;
    private readonly TaskCompletionSource<WorkerNote.Result> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerNote.Progress _progress = new(0, 0, 0, null);

    private WorkerProcess(Process process, TimeProvider clock)
    {
        _process = process;
        _clock = clock;
        _reading = ReadAsync();
    }

    public WorkerNote.Progress Progress => _progress;

    /// <summary>Fails when the process ends before it has a result.</summary>
    public Task<WorkerNote.Result> Result => _result.Task;

    /// <summary>Starts this very program again, with the hidden verb of a worker.</summary>
    public static WorkerProcess Start(TimeProvider clock)
    {
        var program = Environment.ProcessPath!;
        var entry = Assembly.GetEntryAssembly()!;
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(program) == "dotnet")
        {
            start.ArgumentList.Add("exec");
            start.ArgumentList.Add(entry.Location);
        }

        if (entry != typeof(LoadTestCommand).Assembly)
        {
            start.ArgumentList.Add(LoadTestCommand.Name);
        }

        start.ArgumentList.Add(LoadTestCommand.WorkerName);
        return new WorkerProcess(Process.Start(start)!, clock);
    }

    public async Task SendAsync(WorkerOrder order)
    {
        await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(order, WorkerJson.Default.WorkerOrder));
        await _process.StandardInput.FlushAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // End of input: a worker without a parent ends by itself.
        _process.StandardInput.Close();
        using var limit = new CancellationTokenSource(ExitLimit, _clock);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        await _reading;
        _process.Dispose();
    }

    private async Task ReadAsync()
    {
        while (await _process.StandardOutput.ReadLineAsync() is { } line)
        {
            switch (JsonSerializer.Deserialize(line, WorkerJson.Default.WorkerNote))
            {
                case WorkerNote.Progress progress:
                    _progress = progress;
                    break;
                case WorkerNote.Result result:
                    _result.TrySetResult(result);
                    break;
            }
        }

        _result.TrySetException(new InvalidOperationException("a client process ended before its result"));
    }
}
