using System.Diagnostics;
using System.Globalization;

namespace Milepost.Testing.Servers;

/// <summary>Runs the system's commands for the servers of the tests.</summary>
public static class Shell
{
    /// <summary>Runs a command to its end and gives its output; throws with its errors when it fails.</summary>
    public static async Task<string> RunAsync(string command, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(command, arguments) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{command} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await output}{await errors}");
    }

    /// <summary>Sends a signal (<c>KILL</c>, <c>TERM</c>, <c>STOP</c>, <c>CONT</c>) to a process and, where asked, to its children.</summary>
    public static async Task SignalAsync(string signal, int process, bool withChildren = false)
    {
        int[] targets = withChildren ? [process, .. Children(process)] : [process];
        foreach (var target in targets.Where(target => Directory.Exists($"/proc/{target}")))
        {
            try
            {
                await RunAsync("kill", "-" + signal, target.ToString(CultureInfo.InvariantCulture));
            }
            catch (InvalidOperationException) when (!Directory.Exists($"/proc/{target}"))
            {
                // It ended by itself in between.
            }
        }
    }

    /// <summary>Waits until a process that is not our child has ended.</summary>
    public static async Task GoneAsync(int process)
    {
        using var deadline = new CancellationTokenSource(Deadline.Default);
        while (Directory.Exists($"/proc/{process}"))
        {
            await Task.Delay(5, deadline.Token);
        }
    }

    public static IReadOnlyList<int> Children(int process)
    {
        var children = new List<int>();
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) && ParentOf(directory) == process)
            {
                children.Add(id);
            }
        }

        return children;
    }

    private static int ParentOf(string directory)
    {
        try
        {
            // "pid (name) state parent ...": the name may hold spaces and brackets (proc(5)).
            var text = File.ReadAllText(Path.Combine(directory, "stat"));
            return int.Parse(text[(text.LastIndexOf(')') + 2)..].Split(' ')[1], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It ended while we looked.
            return 0;
        }
    }
}
