using System.Globalization;
using System.Net;

namespace Milepost.LoadTest.Measuring;

/// <summary>Memory and processor time of the server's process, from Linux' <c>/proc</c>.</summary>
internal sealed class ServerProbe(int pid)
{
    // sysconf(_SC_CLK_TCK); 100 on every Linux that .NET runs on.
    private const double TicksPerSecond = 100;

    public int Pid { get; } = pid;

    /// <summary>Resident memory in bytes; null when the process is not there any more.</summary>
    public long? Rss()
    {
        if (!File.Exists($"/proc/{Pid}/status"))
        {
            return null;
        }

        var line = File.ReadLines($"/proc/{Pid}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return line is null ? null : long.Parse(line["VmRSS:".Length..^"kB".Length].Trim(), CultureInfo.InvariantCulture) * 1024;
    }

    /// <summary>User and system time so far, in seconds.</summary>
    public double? CpuSeconds()
    {
        if (!File.Exists($"/proc/{Pid}/stat"))
        {
            return null;
        }

        // The second field is the name in parentheses, and may have spaces of its own.
        var text = File.ReadAllText($"/proc/{Pid}/stat");
        var fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
        return (long.Parse(fields[11], CultureInfo.InvariantCulture) + long.Parse(fields[12], CultureInfo.InvariantCulture)) / TicksPerSecond;
    }

    /// <summary>The process that listens on the address, when it is one of this machine and ours to see.</summary>
    public static ServerProbe? Find(Uri url)
    {
        if (!OperatingSystem.IsLinux() || !(url.IsLoopback || IPAddress.TryParse(url.Host, out _)))
        {
            return null;
        }

        var port = $":{url.Port:X4}";
        var inodes = new[] { "/proc/net/tcp", "/proc/net/tcp6" }.Where(File.Exists).SelectMany(File.ReadLines)
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A" && fields[1].EndsWith(port, StringComparison.Ordinal))
            .Select(fields => $"socket:[{fields[9]}]")
            .ToHashSet(StringComparer.Ordinal);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && Holds(directory, inodes))
            {
                return new ServerProbe(pid);
            }
        }

        return null;
    }

    private static bool Holds(string directory, HashSet<string> inodes)
    {
        try
        {
            return Directory.EnumerateFiles(Path.Combine(directory, "fd")).Any(file => File.ResolveLinkTarget(file, returnFinalTarget: false) is { } target
                && inodes.Contains(Path.GetFileName(target.FullName)));
        }
        catch (Exception cause) when (cause is UnauthorizedAccessException or IOException)
        {
            // Somebody else's process, or one that ended meanwhile.
            return false;
        }
    }
}
