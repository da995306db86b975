using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using Milepost.LoadTest.Measuring;

namespace Milepost.LoadTest.Workers;

/// <summary>The parent's end of one client process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    /// <summary>The lowest priority that there is.</summary>
    public const int MaxNice = 19;

    private static readonly TimeSpan ExitLimit = TimeSpan.FromSeconds(15);
    private readonly Process _process;
    private readonly TimeProvider _clock;
    private readonly Task _reading;
    private readonly TaskCompletionSource<WorkerNote.Result> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile WorkerNote.Progress _progress = new(Connected: 0, Delivered: 0, CpuSeconds: 0, Trouble: null);

    private WorkerProcess(Process process, TimeProvider clock)
    {
        _process = process;
        _clock = clock;
        _reading = ReadAsync();
    }

    public WorkerNote.Progress Progress => _progress;

    /// <summary>Its resident memory in bytes.</summary>
    public long Rss => new ServerProbe(_process.Id).Rss() ?? 0;

    /// <summary>It runs and reads its input.</summary>
    public Task Started => _started.Task;

    /// <summary>Fails when the process ends before it has a result.</summary>
    public Task<WorkerNote.Result> Result => _result.Task;

    /// <summary>Starts this very program again, with the hidden verb of a worker.</summary>
    /// <param name="nice">How far it steps back, 0 to <see cref="MaxNice"/>.</param>
    /// <param name="clock">The clock.</param>
    public static WorkerProcess Start(int nice, TimeProvider clock)
    {
        var program = Environment.ProcessPath!;
        var entry = Assembly.GetEntryAssembly()!;
        // On Linux a priority is a thread's and is inherited: set from outside it would miss the threads that are there already.
        var start = new ProcessStartInfo(nice > 0 ? "nice" : program) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true };
        if (nice > 0)
        {
            start.ArgumentList.Add("-n");
            start.ArgumentList.Add(nice.ToString(CultureInfo.InvariantCulture));
            start.ArgumentList.Add(program);
        }

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
        // As in this project's file, for when the program is another one: threads that spin take from the server that is measured.
        start.Environment["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0";
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
                    _started.TrySetResult();
                    break;
                case WorkerNote.Result result:
                    _result.TrySetResult(result);
                    break;
            }
        }

        var early = new InvalidOperationException("a client process ended before its result");
        _started.TrySetException(early);
        _result.TrySetException(early);
    }
}
